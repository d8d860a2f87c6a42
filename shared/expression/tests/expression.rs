//! What expressions compute, and that hostile ones end in an error.

use rangkai_expression::{Expression, Failure};
use serde_json::{Value, json};

fn evaluate(text: &str, input: &Value) -> Result<Value, String> {
    let expression = Expression::compile(text, &["fee"]).map_err(|error| error.to_string())?;
    let fee = vec![("fee".to_owned(), json!({"units": 75_000}))];
    expression.evaluate_now(input, &fee).map_err(|error| error.to_string())
}

#[test]
fn an_expression_computes_what_jq_would() {
    let person = json!({
        "name": "Sari", "age": 41, "cards": ["A", "C"], "nested": {"b": 2, "a": [1, 2, 3]},
    });
    let table = [
        (".name", json!("Sari")),
        (".age >= 17 and (.cards | index(\"C\")) != null", json!(true)),
        ("$fee.units * 2", json!(150_000)),
        ("10 / 4", json!(2.5)),
        ("10 / 2", json!(5)),
        ("[.cards[] | ascii_downcase] | join(\"-\")", json!("a-c")),
        ("{name, fee: $fee.units}", json!({"name": "Sari", "fee": 75_000})),
        (".nested.a | map(select(. > 1)) | add", json!(5)),
        (".nested | keys", json!(["a", "b"])),
        (".missing.deeper // \"none\"", json!("none")),
        (".nested.a[1:]", json!([2, 3])),
        (".nested.a[-1]", json!(3)),
        ("\"\\(.name) is \\(.age)\"", json!("Sari is 41")),
        ("[range(5)] | length", json!(5)),
        ("reduce .nested.a[] as $x (0; . + $x)", json!(6)),
        (
            "if .age > 40 then \"old\" elif .age > 20 then \"grown\" else \"young\" end",
            json!("old"),
        ),
        (".nested | to_entries | map(.key) | sort", json!(["a", "b"])),
        (".nested | with_entries(.value |= tostring) | .b", json!("2")),
        (".nested.a |= map(. + 1) | .nested.a", json!([2, 3, 4])),
        ("del(.nested, .cards) | keys", json!(["age", "name"])),
        (".a.b.c = 1 | .a", json!({"b": {"c": 1}})),
        ("[.cards[] | test(\"^[AB]$\")]", json!([true, false])),
        ("\"2026-11-21\" | [scan(\"[0-9]+\")]", json!(["2026", "11", "21"])),
        ("\"a,b\" | split(\",\")", json!(["a", "b"])),
        ("\"xay\" | sub(\"a\"; \"-\")", json!("x-y")),
        ("\"2026-11-21T00:00:00Z\" | fromdateiso8601", json!(1_795_219_200)),
        ("\"2026-11-21\" | strptime(\"%Y-%m-%d\") | mktime", json!(1_795_219_200)),
        ("\"aé@b.id\" | test(\"^[\\\\w.]+@\\\\w+[.]\\\\w+$\")", json!(true)),
        ("\"12\" | tonumber", json!(12)),
        ("\"08\" | tonumber", json!(8)),
        ("\"-1.5\" | tonumber", json!(-1.5)),
        ("[3, 1, 2] | sort | first", json!(1)),
        ("[{\"a\": 2}, {\"a\": 1}] | sort_by(.a) | map(.a)", json!([1, 2])),
        ("[{\"a\": 2}, {\"a\": 1}, {\"a\": 2}] | group_by(.a) | length", json!(2)),
        ("[.cards[], \"A\"] | unique", json!(["A", "C"])),
        (".cards | contains([\"A\"])", json!(true)),
        ("has(\"name\")", json!(true)),
        ("[.. | numbers] | add", json!(49)),
        ("try error(\"no\") catch .", json!("no")),
        ("{} | .a += 1", json!({"a": 1})),
        ("\"ab\" * 2", json!("abab")),
        ("@base64 \"x\\(.name)\"", json!("xU2FyaQ==")),
        (".nested | walk(if type == \"number\" then . + 1 else . end) | .a", json!([2, 3, 4])),
        ("[.nested.a | paths] | length", json!(3)),
        ("[[1, [2]], 3] | flatten", json!([1, 2, 3])),
        ("any(.nested.a[]; . == 2)", json!(true)),
    ];
    for (text, expected) in table {
        assert_eq!(evaluate(text, &person), Ok(expected), "{text}");
    }
}

#[test]
fn what_an_expression_may_not_contain_is_refused_before_it_runs() {
    let refused = [
        "env",
        "$ENV",
        "env.PATH",
        "halt",
        "halt_error",
        "halt(1)",
        "input",
        "inputs",
        "[inputs]",
        "now",
        "debug",
        "debug(\"x\")",
        "stderr",
        "input_filename",
        "$__loc__",
        "get_search_list",
        "def f: f; f",
        "def f: 1; .",
        "repeat(.)",
        "[repeat(1)]",
        "while(true; .)",
        "until(false; .)",
        "recurse(.)",
        "recurse(.; true)",
        "limit(3; repeat(1))",
        "[limit(1; .[])]",
        "combinations(9)",
        "import \"a\" as a; .",
        "include \"a\"; .",
        "localtime",
        "jn(1000000000; 1)",
        "strftime(\"%1000000000d\")",
        "strftime(.format)",
        "input_line_number",
        "$unknown",
        "nonsense",
        "",
        ".a b",
        ".[",
        "\"",
        "{",
        "1 +",
    ];
    for text in refused {
        assert!(Expression::compile(text, &["fee"]).is_err(), "{text}");
    }
    let deep = [
        "(".repeat(8_000) + "1" + &")".repeat(8_000),
        "[".repeat(8_000) + &"]".repeat(8_000),
        "-".repeat(16_000) + "1",
        "1 as $x | ".repeat(1_600) + "1",
        ".|".repeat(8_000) + ".",
        "try ".repeat(4_000) + "1",
        "if 1 then ".repeat(1_600) + "1",
        "x".repeat(17_000),
    ];
    for text in deep {
        assert!(Expression::compile(&text, &[]).is_err(), "{}", &text[..20]);
    }
}

#[test]
fn a_hostile_expression_ends_in_an_error() {
    let hostile = [
        "\"x\" * 1e9",
        "\"x\" * 1000000000000",
        "[range(1e9)]",
        "[range(1e18)] | length",
        "reduce range(1e12) as $x (0; . + 1)",
        "last(range(1e12))",
        "[range(0; 1; 0)]",
        "reduce range(60) as $x (1; [., .])",
        "reduce range(100000) as $x (null; [.])",
        "reduce range(40) as $x (\"x\"; . + .)",
        "reduce range(100000) as $x (null; {a: .})",
        "[range(100000)] | map(\"x\" * 1000000)",
        "[range(3000)] | [.[] as $a | .[] as $b | 1]",
        "[range(3000)] | combinations",
        "[[range(3000)], [range(3000)]] | [combinations]",
        "[range(100000)] | sort_by(\"x\" * 100000)",
        "[range(20000)] as $x | $x - $x | $x | contains($x)",
        "[range(1e7)] | implode",
        "\"a\" | test(\"((a{1000}){1000}){1000}\")",
        "\"a\" * 1025 | test(\"((a{0,100}){0,9}){1,4}(x)?[^a]\")",
        "\"a\" * 70000 | [match(\"a\"; \"g\")]",
        "\"a\" * 16000 | [scan(\".*[^A-Z]|[A-Z]\")] | [range(1e9)]",
        ".[1000000000] = 1",
        "[.] | .[1000000000] = 1",
        "first(range(1e12) | select(. < 0))",
        "[range(1e9) | try error catch .]",
        "[foreach range(1e9) as $x (0; . + 1)]",
        "(\"x\" * 1000000) as $x | [range(100)] | map($x) | tojson | . * 1000",
        "\"[\" * 100000 | fromjson",
        "isempty(range(1e12) | select(. < 0))",
        "[range(100000)] | map(tojson) | join(\",\" * 1000)",
        "infinite",
        "nan",
        "1 / 0",
        "1 / 0 >= 1",
        "1 % 0.0 == 1",
        "label $out | range(1e12) | if . < 0 then break $out else empty end",
        "[.. | range(1e9)]",
        "any(range(1e12); . < 0)",
        "[1, 2] | .[]",
        "empty",
        "error",
        ".a.b",
        "[limit(1e9; 1)]",
        "[range(10000)] | map([range(10000)])",
        "\"x\" * -1 | error",
    ];
    for text in hostile {
        let result = evaluate(text, &json!([1, 2]));
        assert!(result.is_err(), "{text}: {result:?}");
    }
}

#[test]
fn an_error_never_repeats_the_data() {
    let person = json!({"nik": "3174054107850001", "list": ["3174054107850001"]});
    let leaks = [
        ".nik + 1",
        ".nik.x",
        ".[0]",
        "error(.nik)",
        "error(.)",
        ".nik | fromjson | error(\"\\(.)\")",
        ".nik | tonumber | error",
        "{(.list): 1}",
        ".nik | fromdateiso8601",
        ".list - 1",
        ".nik | test(.nik; .nik)",
        ".nik | implode",
        "\"a\\(.nik)\" | tonumber",
    ];
    for text in leaks {
        let error = evaluate(text, &person).expect_err(text);
        assert!(!error.contains("31740541"), "{text}: {error}");
    }
    let own_words = evaluate("error(\"no such tariff\")", &person).unwrap_err();
    assert_eq!(own_words, "the expression raised an error: no such tariff");
}

#[test]
fn an_error_says_where_in_the_text() {
    let offset = |text: &str| Expression::compile(text, &["fee"]).map(drop).unwrap_err().offset;

    assert_eq!(offset(".a + nonsense"), 5);
    assert_eq!(offset("1 + $other"), 4);
    assert_eq!(offset(". | now"), 4);
    assert_eq!(offset(".a | )"), 5);
}

#[tokio::test]
async fn it_evaluates_off_the_async_threads_and_names_what_it_reads() {
    let expression = Expression::compile(".a + $fee", &["fee", "task"]).unwrap();

    let result = expression.evaluate(json!({"a": 1}), vec![("fee".to_owned(), json!(2))]).await;

    assert_eq!(result, Ok(json!(3)));
    assert_eq!(expression.variables(), ["fee"]);
    let none = Expression::compile("empty", &[]).unwrap().evaluate(json!(null), Vec::new()).await;
    assert_eq!(none.unwrap_err().failure, Failure::NotOne);
    let much = Expression::compile("[range(1e9)]", &[]).unwrap();
    let much = much.evaluate(json!(null), Vec::new()).await;
    assert_eq!(much.unwrap_err().failure, Failure::TooMuch);
}
