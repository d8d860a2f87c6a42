//! A chart as text in the language of Mermaid.

use std::fmt::Write as _;

use super::{
    chart::{Chart, Goal, Step},
    mark::Mark,
};

/// How the marks look.
const STYLES: [(Mark, &str); 6] = [
    (Mark::UnderWay, "stroke:#1565c0"),
    (Mark::Here, "stroke:#1565c0,stroke-width:4px"),
    (Mark::Done, "stroke:#2e7d32"),
    (Mark::Failed, "stroke:#c62828,stroke-width:3px"),
    (Mark::GivenUp, "stroke:#757575,stroke-dasharray:4"),
    (Mark::Undone, "stroke:#6a1b9a,stroke-dasharray:4"),
];

/// Writes the chart.
pub fn write(chart: &Chart) -> String {
    let mut writer = Writer::default();
    writer.line(0, "flowchart TD");
    writer.line(1, &format!("accTitle: {}", escape(&chart.title)));
    writer.line(1, "begin((\" \"))");
    writer.line(1, "finish(((\" \")))");
    let ids = writer.list(&chart.steps, 1);
    let first = ids.first().map_or("finish", String::as_str);
    writer.edges.insert(0, format!("begin --> {first}"));
    writer.ways(&chart.steps, &ids, true);
    for edge in std::mem::take(&mut writer.edges) {
        writer.line(1, &edge);
    }
    writer.styles();
    writer.text
}

#[derive(Default)]
struct Writer {
    text: String,
    edges: Vec<String>,
    marked: Vec<(Mark, String)>,
    count: usize,
}

impl Writer {
    /// Writes the boxes of a list and everything in them; answers their names in the text.
    fn list(&mut self, steps: &[Step], depth: usize) -> Vec<String> {
        steps.iter().map(|step| self.step(step, depth)).collect()
    }

    fn step(&mut self, step: &Step, depth: usize) -> String {
        let id = self.next("t");
        self.marked.extend(step.mark.map(|mark| (mark, id.clone())));
        let mark = step.mark.map(|mark| format!(" · {}", mark.word())).unwrap_or_default();
        let note = format!("{}{mark}", escape(&step.note));
        let name = escape(&step.name);
        if step.lanes.is_empty() {
            let (left, right) = if is_choice(step) { ("{", "}") } else { ("[", "]") };
            self.line(depth, &format!("{id}{left}\"{name}<br/>{note}\"{right}"));
            return id;
        }
        self.line(depth, &format!("subgraph {id} [\"{name} · {note}\"]"));
        for lane in &step.lanes {
            let titled = !lane.title.is_empty();
            let inner = depth + 1 + usize::from(titled);
            if titled {
                let lane_id = self.next("l");
                self.line(depth + 1, &format!("subgraph {lane_id} [\"{}\"]", lane.title));
            }
            let ids = self.list(&lane.steps, inner);
            self.ways(&lane.steps, &ids, false);
            if titled {
                self.line(depth + 1, "end");
            }
        }
        self.line(depth, "end");
        id
    }

    /// Remembers where the tasks of a list lead; at the outermost level, out of it is the end.
    fn ways(&mut self, steps: &[Step], ids: &[String], outermost: bool) {
        for (step, id) in steps.iter().zip(ids) {
            for way in &step.ways {
                let to = match way.to {
                    Goal::Step(position) => ids.get(position).map(String::as_str),
                    Goal::End => Some("finish"),
                    Goal::Out => outermost.then_some("finish"),
                };
                let Some(to) = to else { continue };
                let label = escape(&way.label);
                let label = if label.is_empty() { label } else { format!("|\"{label}\"|") };
                self.edges.push(format!("{id} -->{label} {to}"));
            }
        }
    }

    fn styles(&mut self) {
        for (mark, style) in STYLES {
            let marked: Vec<_> = self
                .marked
                .iter()
                .filter(|(found, _)| *found == mark)
                .map(|(_, id)| id.as_str())
                .collect();
            if marked.is_empty() {
                continue;
            }
            let (ids, class) = (marked.join(","), mark.class());
            self.line(1, &format!("classDef {class} {style}"));
            self.line(1, &format!("class {ids} {class}"));
        }
    }

    fn next(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}{}", self.count)
    }

    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a text never fails.
        let _ = writeln!(self.text, "{}{text}", "  ".repeat(depth));
    }
}

fn is_choice(step: &Step) -> bool {
    step.ways.len() > 1
}

/// A text that Mermaid takes as a text, whatever it holds: all but letters, digits, commas and single
/// spaces is spelled as a number, and so is a hyphen or a dot that is not within a word.
fn escape(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let within = |at: usize| {
        let word = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric())
        };
        word(at.checked_sub(1)) && word(Some(at + 1))
    };
    let mut escaped = String::new();
    for (at, letter) in letters.iter().enumerate() {
        match letter {
            ' ' | ',' | '…' => escaped.push(*letter),
            '.' | '-' if within(at) => escaped.push(*letter),
            letter if letter.is_alphanumeric() => escaped.push(*letter),
            letter => {
                // Writing to a text never fails.
                let _ = write!(escaped, "#{};", u32::from(*letter));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_part_of_the_language() {
        assert_eq!(escape("BillService.IssueBill"), "BillService.IssueBill");
        assert_eq!(escape("Bayar tagihan 2"), "Bayar tagihan 2");
        assert_eq!(escape("a\"]; click t1"), "a#34;#93;#59; click t1");
        assert_eq!(escape("1. #x %%{init}"), "1#46; #35;x #37;#37;#123;init#125;");
        assert_eq!(escape("- <b>"), "#45; #60;b#62;");
    }
}
