//! The part of Jinja that texts may use: `{{ variable }}`, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};

/// Words that mean something else to Jinja.
const TAKEN: [&str; 17] = [
    "true", "false", "none", "not", "and", "or", "in", "is", "if", "else", "elif", "for", "loop",
    "self", "super", "caller", "varargs",
];
/// More steps than any text of the allowed length takes.
const FUEL: u64 = 20_000;
/// The longest name of a variable.
const LONGEST_NAME: usize = 64;

/// Whether `text` can name a variable.
pub fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.len() <= LONGEST_NAME
        && text.bytes().all(plain)
        && !TAKEN.contains(&text)
}

/// The variables that `text` uses, or what in it is not allowed.
pub fn variables(text: &str) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min() {
        let (before, from) = rest.split_at(at);
        no_stray(before)?;
        let Some(inner) = from.strip_prefix("{{") else {
            return Err("must hold no block or comment, only {{ variable }}".to_owned());
        };
        let (inner, after) = inner.split_once("}}").ok_or("has a {{ without its }}")?;
        let name = inner.trim_matches(' ');
        if !is_name(name) {
            return Err("must hold nothing but the name of a variable between {{ and }}".to_owned());
        }
        names.insert(name.to_owned());
        rest = after;
    }
    no_stray(rest)?;
    // Jinja itself has the last word: it must see the same variables.
    let engine = engine();
    let parsed = engine.template_from_str(text).map_err(|_| "is not a template")?;
    let seen: BTreeSet<_> = parsed.undeclared_variables(true).into_iter().collect();
    if seen == names { Ok(names) } else { Err("is not a template".to_owned()) }
}

/// Fills `text` in; none when a variable has no value, or it takes too long.
pub fn render(text: &str, values: &BTreeMap<String, String>) -> Option<String> {
    engine().render_str(text, Serde(values)).ok()
}

fn no_stray(text: &str) -> Result<(), String> {
    if text.contains("}}") { Err("has a }} without its {{".to_owned()) } else { Ok(()) }
}

/// No filters, no functions, no tests, no escaping: the texts are plain.
fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        engine.set_syntax(syntax);
    }
    engine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_pass() {
        let names: BTreeSet<_> = ["nama".to_owned(), "nomor_sim".to_owned()].into();
        assert_eq!(variables("Halo {{ nama }}, {{nomor_sim}} {{ nama }}: 100 % { ok }"), Ok(names));
        for wrong in [
            "{% if nama %}x{% endif %}",
            "{# secret #}",
            "{{ nama | upper }}",
            "{{ nama() }}",
            "{{ nama.x }}",
            "{{ nama[0] }}",
            "{{ 1 }}",
            "{{ true }}",
            "{{ 'x' }}",
            "{{ }}",
            "{{- nama }}",
            "{{{ nama }}}",
            "{{ nama",
            "nama }}",
            "{{ Nama }}",
            "{{ nama if nama }}",
            "{{ nama\n}}",
        ] {
            assert!(variables(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_stay_as_they_are() {
        let values = BTreeMap::from([("nama".to_owned(), "<b>{{ nama }}</b> & 'x'\n".to_owned())]);

        assert_eq!(render("{{ nama }}.\n", &values).unwrap(), "<b>{{ nama }}</b> & 'x'\n.\n");
        assert_eq!(render("{{ lain }}", &values), None);
    }

    #[test]
    fn a_text_of_nothing_but_variables_does_not_run_out_of_fuel() {
        let values = BTreeMap::from([("a".to_owned(), "x".to_owned())]);

        assert_eq!(render(&"{{a}}".repeat(800), &values).map(|text| text.len()), Some(800));
    }
}
