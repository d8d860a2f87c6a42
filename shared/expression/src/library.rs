//! The part of jq's standard library that an expression reaches.

use crate::refuse::Uses;
use jaq_core::load;
use jaq_core::load::parse::Def;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The definitions of jq's standard library that these calls reach, in their order.
pub fn needed(calls: &BTreeSet<(&str, usize)>) -> Vec<Def<&'static str>> {
    static ALL: OnceLock<Vec<Library>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(json_definitions());
        let library = definitions.map(|definition| {
            let mut uses = Uses::default();
            uses.walk(&definition.body, 0);
            Library { definition, calls: uses.calls }
        });
        library.collect()
    });
    let mut open: Vec<(&str, usize)> = calls.iter().copied().collect();
    let mut taken = BTreeSet::new();
    while let Some((name, arity)) = open.pop() {
        for (place, entry) in all.iter().enumerate() {
            let Def { name: defined, args, .. } = &entry.definition;
            if *defined == name && args.len() == arity && taken.insert(place) {
                open.extend(entry.calls.iter().copied());
            }
        }
    }
    taken.into_iter().filter_map(|place| Some(all.get(place)?.definition.clone())).collect()
}

struct Library {
    definition: Def<&'static str>,
    calls: BTreeSet<(&'static str, usize)>,
}

/// The definitions that belong to JSON rather than to any value.
fn json_definitions() -> Vec<Def<&'static str>> {
    const TEXT: &str = r#"
def totype(p; e): if p then . else fromjson | if p then . else e end end;
def toboolean: totype(isboolean; error("cannot parse as boolean"));
def transpose: [range([.[] | length] | max) as $i | [.[][$i]]];
def in(xs)    : . as $x | xs | has     ($x);
def inside(xs): . as $x | xs | contains($x);
def  index($i): indices($i)[ 0];
def rindex($i): indices($i)[-1];
def ascii: [.] | implode;
def @json: tojson;
"#;
    load::parse(TEXT, |parser| parser.defs()).unwrap_or_default()
}
