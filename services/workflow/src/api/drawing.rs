//! Drawing workflows and instances.

use std::sync::Arc;

use rangkai_auth::caller;
use rangkai_primitives::Id;
use rangkai_proto::workflow::v1::{self as wire, DrawingFormat};
use rangkai_rpc::Violations;
use tonic::{Request, Status};

use crate::{
    Workflow,
    domain::{
        definition::Definition,
        drawing::{Format, Marks, draw},
        instance::Instance,
    },
    ops,
};

impl Workflow {
    pub(in crate::api) async fn draw_kept(
        &self,
        request: Request<wire::DrawDefinitionRequest>,
    ) -> Result<wire::Drawing, Status> {
        let caller = caller(&request)?;
        let request = Arc::new(request.into_inner());
        let mut fields = Violations::of(&*request);
        let format = read_format(&mut fields, request.format());
        let format = fields.check(|| format)?;
        let library = self.library.clone();
        let find = move |tx| {
            let (library, request) = (library.clone(), Arc::clone(&request));
            async move {
                let wire::DrawDefinitionRequest { namespace, name, version, .. } = &*request;
                ops::drawing::find(&tx, &library, (namespace, name), version).await
            }
        };
        let definition = self.db.read(caller, find).await?;
        drawn(definition, Marks::default(), format).await
    }

    pub(in crate::api) async fn draw_running(
        &self,
        request: Request<wire::DrawInstanceRequest>,
    ) -> Result<wire::Drawing, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let id = fields.parse::<Id<Instance>>("instance_id", &request.instance_id);
        let format = read_format(&mut fields, request.format());
        let (id, format) = fields.check(|| Some((id?, format?)))?;
        let library = self.library.clone();
        let method = "rangkai.workflow.v1.InstanceService/DrawInstance";
        let find = move |tx| {
            let library = library.clone();
            async move { ops::drawing::find_marked(&tx, &library, id).await }
        };
        let (definition, marks) = self.db.act(caller, method, find).await?;
        drawn(definition, marks, format).await
    }
}

fn read_format(fields: &mut Violations, format: DrawingFormat) -> Option<Format> {
    match format {
        DrawingFormat::Unspecified => fields.require("format", None),
        DrawingFormat::Mermaid => Some(Format::Mermaid),
        DrawingFormat::Svg => Some(Format::Svg),
    }
}

/// A large workflow takes a while to draw.
async fn drawn(
    definition: Arc<Definition>,
    marks: Marks,
    format: Format,
) -> Result<wire::Drawing, Status> {
    let drawing = tokio::task::spawn_blocking(move || draw(&definition, &marks, format));
    let content = drawing.await.map_err(|error| rangkai_rpc::internal(&error))?;
    let format = match format {
        Format::Mermaid => DrawingFormat::Mermaid,
        Format::Svg => DrawingFormat::Svg,
    };
    Ok(wire::Drawing { format: format.into(), content })
}
