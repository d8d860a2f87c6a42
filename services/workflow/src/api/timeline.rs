//! Telling what happened to an instance.

use rangkai_auth::caller;
use rangkai_primitives::{Id, Zone};
use rangkai_proto::workflow::v1::{self as wire, TimelineLanguage};
use rangkai_rpc::{Violations, page_token};
use tonic::{Request, Status};

use super::place;
use crate::{
    Workflow,
    domain::{definition::Language, instance::Instance, timeline::Line},
    ops,
};

impl Workflow {
    pub(in crate::api) async fn timeline(
        &self,
        request: Request<wire::GetTimelineRequest>,
    ) -> Result<wire::GetTimelineResponse, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let mut fields = Violations::of(&request);
        let id = fields.parse::<Id<Instance>>("instance_id", &request.instance_id);
        let zone = fields.parse_if_set::<Zone>("zone", &request.zone);
        let page = fields.page::<Line>(request.page_size, &request.page_token);
        let (id, zone, page) = fields.check(|| Some((id?, zone?.unwrap_or_default(), page?)))?;
        let language = match request.language() {
            TimelineLanguage::Unspecified | TimelineLanguage::Indonesian => Language::Indonesian,
            TimelineLanguage::English => Language::English,
        };
        let (library, page) = (self.library.clone(), (place::read(page.after), page.size));
        let method = "rangkai.workflow.v1.InstanceService/GetTimeline";
        let tell = move |tx| {
            let library = library.clone();
            async move { ops::timeline::tell(&tx, &library, id, page, language).await }
        };
        let (lines, next) = self.db.act(caller, method, tell).await?;
        Ok(wire::GetTimelineResponse {
            entries: lines.into_iter().map(|line| write(line, language, zone)).collect(),
            next_page_token: page_token(&request, next.and_then(place::write::<Line>)),
        })
    }
}

fn write(line: Line, language: Language, zone: Zone) -> wire::TimelineEntry {
    let moment = match language {
        Language::Indonesian => zone.indonesian(line.time),
        Language::English => zone.english(line.time),
    };
    wire::TimelineEntry {
        sequence: line.sequence,
        time: Some(rangkai_proto::time(line.time)),
        moment,
        sentence: line.sentence,
        times: i32::try_from(line.times).unwrap_or(i32::MAX),
    }
}
