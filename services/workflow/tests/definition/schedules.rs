//! Schedules that are wrong.

use crate::{HEADER, mistakes::expect};

#[test]
fn a_schedule_that_never_starts_anything_says_why() {
    let table = [
        ("{}", "value.choice:2:11"),
        ("{ cron: '* * *' }", "value.cron:2:19"),
        ("{ cron: '0 0 * * *', every: PT1H }", "value.choice:2:11"),
        ("{ every: PT0.5S }", "value.duration:2:20"),
        ("{ after: '${ .x }' }", "kind.wrong:2:20"),
        ("{ on: { any: [] } }", "schedule.endless:2:17"),
        (
            "{ on: { one: { with: { type: rangkai.workflow.v1.InstanceStarted } } } }",
            "schedule.endless:2:17",
        ),
        ("{ on: { one: { with: { type: rangkai.payments.v1.Nope } } } }", "event.unknown:2:40"),
    ];
    for (schedule, expected) in table {
        expect(&format!("{HEADER}schedule: {schedule}\ndo: []\n"), expected);
    }
    for (about, expected) in
        [("timeZone: Mars", "value.timezone:2:11"), ("missed: some", "value.choice:2:11")]
    {
        let header = HEADER.replace(" }", &format!(", metadata: {{ schedule: {{ {about} }} }} }}"));
        expect(&format!("{header}schedule: {{ every: PT1H }}\ndo: []\n"), expected);
    }
}
