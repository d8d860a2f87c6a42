//! A chart as an SVG image: boxes from top to bottom, tasks within a task in its box.

use std::fmt::Write as _;

use super::{
    chart::{Chart, Goal, Lane, Step},
    mark::Mark,
    text::width,
};

/// The room around what is in a box, and between boxes side by side.
const ROOM: usize = 12;
/// The room between two boxes, for the arrow.
const GAP: usize = 24;
/// The height of a line of text, and the width of a letter.
const LINE: usize = 18;
const LETTER: usize = 8;
/// The least width of a box.
const LEAST: usize = 140;

/// Every rule is for this drawing alone, should it stand within a page.
const STYLE: &str = "\
.chart text{font:13px sans-serif;fill:#1a1a1a}.chart .n{font-weight:bold}.chart .w{fill:#555}\
.chart rect{fill:#fff;stroke:#555}.chart .l{fill:#f4f6f8;stroke:none}\
.chart path{fill:none;stroke:#555}.chart .underway{stroke:#1565c0}\
.chart .here{stroke:#1565c0;stroke-width:4;fill:#e3f2fd}\
.chart .done{stroke:#2e7d32;fill:#f1f8e9}\
.chart .failed{stroke:#c62828;stroke-width:3;fill:#ffebee}\
.chart .givenup{stroke:#757575;stroke-dasharray:4}\
.chart .undone{stroke:#6a1b9a;stroke-dasharray:4}";

/// Writes the chart.
pub fn write(chart: &Chart) -> String {
    let column = Column::of(&chart.steps);
    let (across, down) = (column.width + 2 * ROOM, column.height + 2 * ROOM);
    let mut image = Image::default();
    image.add(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"{across}\" height=\"{down}\" \
         viewBox=\"0 0 {across} {down}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">"
    ));
    image.add(&format!("<title id=\"chart-title\">{}</title>", escape(&chart.title)));
    image.add(&format!("<desc id=\"chart-desc\">{}</desc>", escape(&describe(chart))));
    image.add(&format!("<style>{STYLE}</style>"));
    image.column(&column, ROOM, ROOM);
    image.add("</svg>");
    image.0
}

/// The chart in words, for those who hear it.
fn describe(chart: &Chart) -> String {
    let names: Vec<_> = chart.steps.iter().map(|step| step.name.as_str()).collect();
    let mut said = vec![format!("Steps: {}.", names.join(", "))];
    for (mark, label) in [(Mark::Here, "Stands at"), (Mark::Failed, "Failed")] {
        let marked = chart.marked(mark);
        if !marked.is_empty() {
            said.push(format!("{label}: {}.", marked.join(", ")));
        }
    }
    said.join(" ")
}

/// Boxes one below the other.
struct Column<'c> {
    boxes: Vec<Laid<'c>>,
    title: &'static str,
    width: usize,
    height: usize,
}

/// A box and how large it is.
struct Laid<'c> {
    step: &'c Step,
    lines: Vec<String>,
    lanes: Vec<Column<'c>>,
    width: usize,
    height: usize,
    /// Whether an arrow leads to the next one.
    leads_on: bool,
}

impl<'c> Column<'c> {
    fn of(steps: &'c [Step]) -> Self {
        let boxes = steps.iter().enumerate();
        let boxes: Vec<_> = boxes.map(|(position, step)| Laid::of(step, position, steps)).collect();
        let width = boxes.iter().map(|laid| laid.width).max().unwrap_or(LEAST);
        let height: usize = boxes.iter().map(|laid| laid.height).sum();
        let height = height + GAP * boxes.len().saturating_sub(1);
        Self { boxes, title: "", width, height }
    }

    fn of_lane(lane: &'c Lane) -> Self {
        let column = Self::of(&lane.steps);
        let head = if lane.title.is_empty() { 0 } else { LINE };
        let (width, height) = (column.width + 2 * ROOM, column.height + 2 * ROOM + head);
        Self { title: lane.title, width, height, ..column }
    }
}

impl<'c> Laid<'c> {
    fn of(step: &'c Step, position: usize, siblings: &'c [Step]) -> Self {
        let mark = step.mark.map(|mark| format!(" · {}", mark.word())).unwrap_or_default();
        let mut texts = vec![step.name.clone(), format!("{}{mark}", step.note)];
        let next = Goal::Step(position + 1);
        for way in &step.ways {
            let to = match way.to {
                // The arrow says it.
                to if to == next && way.label.is_empty() => continue,
                Goal::Step(position) => siblings.get(position).map_or("", |to| &to.name),
                // Where the list ends anyway, leaving it says nothing.
                Goal::Out if way.label.is_empty() && position + 1 == siblings.len() => continue,
                Goal::Out => "out",
                Goal::End => "end",
            };
            texts.push(format!("{} → {to}", way.label).trim_start().to_owned());
        }
        let lanes: Vec<_> = step.lanes.iter().map(Column::of_lane).collect();
        let text = texts.iter().map(|line| width(line)).max().unwrap_or_default() * LETTER;
        let side: usize = lanes.iter().map(|lane| lane.width).sum();
        let side = side + ROOM * lanes.len().saturating_sub(1);
        let inner = lanes.iter().map(|lane| lane.height + ROOM).max().unwrap_or_default();
        Self {
            width: LEAST.max(text + 2 * ROOM).max(side + 2 * ROOM),
            height: texts.len() * LINE + 2 * ROOM + inner,
            leads_on: step.ways.iter().any(|way| way.to == next),
            step,
            lines: texts,
            lanes,
        }
    }
}

#[derive(Default)]
struct Image(String);

impl Image {
    fn add(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn column(&mut self, column: &Column<'_>, left: usize, top: usize) {
        let mut top = top;
        let last = column.boxes.len().saturating_sub(1);
        for (position, laid) in column.boxes.iter().enumerate() {
            self.laid(laid, left, top, column.width);
            top += laid.height;
            if laid.leads_on && position < last {
                self.arrow(left + column.width / 2, top);
            }
            top += GAP;
        }
    }

    fn laid(&mut self, laid: &Laid<'_>, left: usize, top: usize, width: usize) {
        let class = laid.step.mark.map_or("open", Mark::class);
        self.add(&format!("<g><title>{}</title>", escape(&laid.step.pointer)));
        self.rect(class, (left, top), (width, laid.height));
        let mut base = top + ROOM + LINE - 5;
        for (number, line) in laid.lines.iter().enumerate() {
            self.text(if number == 0 { "n" } else { "w" }, (left + ROOM, base), line);
            base += LINE;
        }
        let inner = top + ROOM + laid.lines.len() * LINE;
        let mut left = left + ROOM;
        for lane in &laid.lanes {
            self.rect("l", (left, inner), (lane.width, lane.height));
            let head = if lane.title.is_empty() { 0 } else { LINE };
            self.text("w", (left + ROOM, inner + LINE), lane.title);
            self.column(lane, left + ROOM, inner + ROOM + head);
            left += lane.width + ROOM;
        }
        self.add("</g>");
    }

    fn rect(&mut self, class: &str, (x, y): (usize, usize), (width, height): (usize, usize)) {
        self.add(&format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             rx=\"6\"/>"
        ));
    }

    fn text(&mut self, class: &str, (x, y): (usize, usize), text: &str) {
        if !text.is_empty() {
            let text = escape(text);
            self.add(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"));
        }
    }

    fn arrow(&mut self, x: usize, y: usize) {
        self.add(&format!("<path d=\"M{x} {y}v{GAP}m-5 -7l5 7l5 -7\"/>"));
    }
}

/// A text as XML holds it.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '"' | '\'' => {
                // Writing to a text never fails.
                let _ = write!(escaped, "&#{};", u32::from(letter));
            }
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_part_of_the_image() {
        assert_eq!(escape("a<b>&\"'\u{1}"), "a&#60;b&#62;&#38;&#34;&#39; ");
        assert_eq!(escape("Perpanjangan SIM"), "Perpanjangan SIM");
    }
}
