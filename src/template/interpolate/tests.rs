//! The expected texts were taken from Packer 1.6.6, but where a comment says otherwise.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::io::secrets::Secret;
use crate::source::Span;

const BOOT: Site<'_> = Site::Struct(&["HTTPIP", "HTTPPort", "Name", "SSHPublicKey"]);
const COMMAND: Site<'_> = Site::Map(&["Vars", "Path", "Host"]);

fn scope() -> Scope {
    let facts = Facts {
        started: "2026-11-21T03:22:04.404Z".parse().expect("a valid time"),
        working_folder: PathBuf::from("/current folder"),
        template_folder: PathBuf::from("/templates"),
    };
    let variables = [
        ("a", "AV"),
        ("dots", "{{ .Foo }}"),
        ("url", "http://{{ .HTTPIP }}:{{ .HTTPPort }}/{{user `a`}}"),
        ("braces", "{{ broken"),
        ("brace", "{{"),
        ("empty", ""),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), Secret::new(value)));
    Scope::new(facts, variables.into()).with_build("box", "qemu")
}

fn rendered(text: &str) -> String {
    scope().render(text, &Span::whole("t", text)).unwrap_or_else(|problem| format!("! {}", problem.message))
}

fn late(text: &str, site: Site<'_>) -> Late {
    scope().late(text, &Span::whole("t", text), site).expect("the text is right")
}

fn refused(text: &str, site: Site<'_>) -> String {
    let problem = scope().late(text, &Span::whole("t", text), site).expect_err("the text is wrong");
    problem.help.map_or(problem.message.clone(), |help| format!("{}; {help}", problem.message))
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn language() {
    for (text, expected) in [
        ("{{lt `a` `b`}}", "true"),
        ("{{and 1 0 2}}", "0"),
        ("{{or 0 `x`}}", "x"),
        ("{{not 1}}", "false"),
        ("{{$x := `v`}}{{$x}}", "v"),
        ("{{$x := 1}}{{$x = 2}}{{$x}}", "2"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("{{$x := 1}}{{if true}}{{$x := 2}}{{end}}{{$x}}", "1"),
        ("{{with `v`}}{{.}}{{end}}", "v"),
        ("{{with ``}}a{{else}}b{{end}}", "b"),
        ("{{with $x := `a`}}{{$x}}{{end}}", "a"),
        ("{{range .Foo}}x{{else}}none{{end}}", "none"),
        // Since Go 1.22.
        ("{{range $i, $n := 3}}{{if eq $i 1}}{{continue}}{{end}}{{$n}}{{end}}", "02"),
        ("{{range 9}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}}", "01"),
        ("{{define `x`}}D{{.}}{{end}}{{template `x` `q`}}", "Dq"),
        ("{{block `b` `z`}}B{{.}}{{end}}", "Bz"),
        ("a  {{- ` m ` -}}  b", "a m b"),
        ("a{{/* c */}}b", "ab"),
        ("{{1.50}} {{0x10}} {{1e3}} {{true}} {{.}} {{'a'}}", "1.5 16 1000 true <no value> 97"),
        ("{{\"a\" | upper}}{{upper `a` | lower}}{{(upper `a`)}}{{upper (lower `A`) }}", "AaAA"),
        ("{{`x` | printf `%s-%s` `y`}}", "y-x"),
        ("{{printf \"%v\" .}}", "<nil>"),
        ("[{{ .Foo }}] [{{.Foo.Bar}}] {{if .Foo}}y{{else}}n{{end}}", "[<no value>] [<no value>] n"),
        ("{{if true}}a{{else if false}}b{{end}}{{if false}}a{{else if true}}b{{else}}c{{end}}", "ab"),
        ("{{ 5 -}} x", "5x"),
        ("{{\"\\u00e9\\x41\\n\"}}", "éA\n"),
        ("}} { {x} }", "}} { {x} }"),
        ("[{{ `{{` }} upper `z`}}", "[{{ upper `z`}}"),
        (
            "{{html `<a>`}} {{js `it\"s`}} {{urlquery `a b&c`}} {{len `abc`}} {{slice `abcdef` 1 3}}",
            "&lt;a&gt; it\\\"s a+b%26c 3 bc",
        ),
        ("{{index `abc` 1}}", "98"),
        ("{{print 1 2 `a` `b` 3}}", "1 2ab3"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
}

#[test]
fn functions() {
    for (text, expected) in [
        ("{{user `a`}}{{user `A`}}{{ user `empty` }}", "AV"),
        ("{{user `dots`}}", "{{ .Foo }}"),
        ("{{timestamp}}", "1795231324"),
        ("{{isotime}} {{isotime `20060102`}}", "2026-11-21T03:22:04Z 20261121"),
        ("{{strftime `%Y-%m`}}", "2026-11"),
        ("{{build_name}}-{{build_type}}", "box-qemu"),
        ("{{template_dir}}/x {{pwd}} {{packer_version}}", "/templates/x /current folder 1.14.0"),
        ("{{split `a-b-c` `-` 1}} {{replace `a` `b` 1 `aaa`}} {{replace_all `a` `b` `aaa`}}", "b baa bbb"),
        ("{{replace `a` `b` -1 `aaa`}}", "bbb"),
        ("{{if eq build_type `qemu`}}Q{{end}}{{ split build_name \"o\" 1}}", "Qx"),
        // No function in Packer's qemu builder; here it does no harm.
        ("{{clean_resource_name `A_b c`}}", "a-b-c"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
    let uuid = rendered("{{uuid}}");
    assert!(uuid.len() == 36 && uuid.starts_with("6b010e5c-"), "{uuid}");
    assert_ne!(uuid, rendered("{{uuid}}"));
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        ("{{split `a` `-` 3}}", "! `split`: there is no piece 3; `-` cuts the text into 1"),
        ("{{foo `a`}}", "! there is no template function `foo`"),
        ("{{env `HOME`}}", "! `env` is not allowed here"),
        ("{{build `Host`}}", "! `build` has no value `Host` here"),
        ("{{sed `a` `b`}}", "! `sed`: this function is gone; use `replace` or `replace_all`"),
        ("{{isotime `a` `b`}}", "! `isotime` takes 0 to 1 arguments, and 2 are given"),
        ("{{user}}", "! `user` takes 1 argument, and 0 are given"),
        ("{{upper 1}}", "! `upper`: argument 1 must be a string, not an integer"),
        ("{{.Foo | upper}}", "! `upper`: argument 1 must be a string, not no value"),
        ("{{if}}", "! a value is missing in this if"),
        ("{{}}", "! a value is missing in this action"),
        ("{{", "! `{{` has no `}}`"),
        ("{{user `a}}", "! a string in backquotes has no end"),
        ("{{\"a}}", "! a string in quotes has no end or a bad escape"),
        ("{{vault `a` `b`}}", "! `vault` is not allowed here"),
        ("{{eq 1 1.0}}", "! `eq`: an integer cannot be compared with a fraction"),
        ("{{range `abc`}}x{{end}}", "! `range` cannot go over a string"),
        ("{{nil}}", "! `nil` alone is not a value"),
        ("{{\"a\" | \"b\"}}", "! only a function can stand behind `|`"),
        ("{{`a` `b`}}", "! only a function takes arguments"),
        ("{{break}}", "! `{{break}}` outside of `{{range}}`"),
        ("{{$y}}", "! there is no template variable `$y`"),
        ("{{upper(lower `A`)}}", "! a space is missing before this"),
        ("{{`a``b`}}", "! a space is missing before this"),
        ("{{printf`a`}}", "! unexpected ``` in a template action"),
        ("{{end}}", "! `{{end}}` has no beginning"),
        ("{{else}}", "! `{{else}}` has no beginning"),
        ("{{if true}}", "! this block has no `{{end}}`"),
        ("{{if true}}{{else}}{{else}}{{end}}", "! a second `{{else}}` follows"),
        ("{{..A}}", "! this value has no fields"),
        ("{{(upper `a`}}", "! this `(` has no `)`"),
        ("{{upper `a`)}}", "! this `)` has no `(`"),
        ("{{template `x`}}", "! no text is defined as `x`"),
        ("{{define `x`}}{{template `x`}}{{end}}{{template `x`}}", "! `template` calls are nested more than 32 deep"),
        ("{{ user 'a' }}", "! `user`: argument 1 must be a string, not an integer"),
        ("{{ user 'ab' }}", "! strings are written \"so\" or `so`; single quotes hold one character"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
    assert_eq!(refused("{{usr `a`}}", BOOT), "there is no template function `usr`; did you mean `user`?");
}

#[test]
fn mistakes_have_places() {
    let text = r#""a\n{{upper `x`}} {{uper `y`}}""#;
    let decoded = "a\n{{upper `x`}} {{uper `y`}}";
    let problem = scope().check(decoded, &Span::whole("t", text)).expect_err("there is no such function");
    let (place, _) = problem.label.expect("it has a place");
    assert_eq!(&text[place.range], "uper");
}

#[test]
fn late_values_wait_and_all_else_is_filled_in() {
    let command = late("<esc>{{user `url`}} {{build_name | upper}} {{ .Name | printf `%s-%s` (user `a`) }}", BOOT);
    assert_eq!(
        command.to_string(),
        "<esc>http://{{ .HTTPIP }}:{{ .HTTPPort }}/AV BOX {{ .Name | printf `%s-%s` `AV` }}"
    );
    let values = fields(&[("HTTPIP", "10.0.2.2"), ("HTTPPort", "8100"), ("Name", "vm")]);
    assert_eq!(command.render(&values).expect("all values are there"), "<esc>http://10.0.2.2:8100/AV BOX AV-vm");
    assert!(command.uses("HTTPIP") && !command.uses("SSHPublicKey"));
    assert_eq!(command.known(), None);
    assert_eq!(late("{{user `a`}}!", BOOT).known().as_deref(), Some("AV!"));
}

#[test]
fn branches_on_late_values_stay() {
    let text = "{{if eq .Host `b`}}{{user `a`}}{{else}}{{.Path}}{{end}}{{with .Vars}}<{{.}}{{$.Path}}>{{end}}{{if false}}x{{end}}";
    let branches = late(text, COMMAND);
    assert_eq!(
        branches.to_string(),
        "{{ if eq .Host `b` }}AV{{ else }}{{ .Path }}{{ end }}{{ with .Vars }}<{{ . }}{{ $.Path }}>{{ end }}"
    );
    let text = |pairs| branches.render(&fields(pairs)).expect("it can be filled in");
    assert_eq!(text(&[("Host", "b"), ("Path", "p"), ("Vars", "v")]), "AV<vp>");
    assert_eq!(text(&[("Host", "c"), ("Path", "p"), ("Vars", "")]), "p");
}

#[test]
fn late_loops_and_variables_work() {
    let text =
        "{{range $name, $value := .}}{{$name}}={{$value}};{{end}}{{$h := .Host}}{{$h | upper}}{{index . `Path`}}";
    let values = fields(&[("Host", "h"), ("Path", "p")]);
    assert_eq!(late(text, COMMAND).render(&values).expect("it can be filled in"), "Host=h;Path=p;Hp");
    let text = "{{define `d`}}[{{.}}{{user `a`}}]{{end}}{{template `d` .Host}}";
    assert_eq!(late(text, COMMAND).render(&values).expect("it can be filled in"), "[hAV]");
}

#[test]
fn sites_know_their_names() {
    assert_eq!(refused("{{ .HTTPIp }}", BOOT), "there is no `.HTTPIp` here; did you mean `HTTPIP`?");
    assert_eq!(
        refused("{{ .Vars }}", BOOT),
        "there is no `.Vars` here; known here: HTTPIP, HTTPPort, Name, SSHPublicKey"
    );
    assert_eq!(late("{{ .Names }} {{.Path}}", COMMAND).to_string(), "<no value> {{ .Path }}");
    assert_eq!(late("{{build `Host`}}", COMMAND).to_string(), "{{ .Host }}");
    assert_eq!(late("{{with `x`}}{{build `Host` | upper}}{{end}}", COMMAND).to_string(), "{{ $.Host | upper }}");
    assert_eq!(refused("{{build `Hots`}}", COMMAND), "`build` has no value `Hots` here; did you mean `Host`?");
    assert_eq!(refused("{{user .Path}}", COMMAND), "`user` needs a value that is known only at run time");
}

#[test]
fn a_missing_late_value_is_an_error_only_where_names_are_fixed() {
    let error = late("{{user `a`}} {{.Name}}", BOOT).render(&Fields::new()).expect_err("there is no name");
    assert_eq!(error.to_string(), "`.Name` has no value in `{{user `a`}} {{.Name}}`");
    assert_eq!(late("{{.Path}}", COMMAND).render(&Fields::new()).expect("it is left open"), "<no value>");
}

#[test]
fn text_from_values_is_read_again() {
    assert_eq!(late("{{user `brace`}} upper `x` }}", COMMAND).to_string(), "X");
    assert_eq!(late("{{user `brace`}} .Path }}", COMMAND).to_string(), "{{ .Path }}");
    assert_eq!(
        late("{{`{`}}{{.Path}}", COMMAND).render(&fields(&[("Path", "{{user")])).expect("it is text"),
        "{{{user"
    );
}

#[test]
fn a_problem_in_a_value_does_not_show_the_value() {
    let text = "{{user `braces`}}";
    let problem = scope().late(text, &Span::whole("t", text), COMMAND).expect_err("the value is not well formed");
    assert_eq!(problem.message, "`{{` has no `}}`, in a text that a variable or a function gave");
    assert_eq!(&text[problem.label.expect("it has a place").0.range], text);
}

#[test]
fn references_are_found_everywhere() {
    let text = "{{user `a`}}{{if eq (user `b`) `x`}}{{upper (user `c`)}}{{end}}{{define `d`}}{{user `e`}}{{end}}";
    let names: Vec<String> = references(text).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["e", "a", "b", "c"]);
}

/// Texts that are nearly templates.
fn nearly_template() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        "if ",
        "else",
        "end",
        "range ",
        "with ",
        "define `x`",
        "template `x`",
        "block `y` 1",
        "break",
        "$x",
        " := ",
        " = ",
        "|",
        "(",
        ")",
        ".",
        ".Name",
        "$",
        "upper ",
        "`a`",
        "\"b\"",
        "'c'",
        "1",
        "-2.5",
        "0x",
        "user `brace` ",
        "build `Name` ",
        "printf \"%*d%q\" ",
        "eq ",
        "é",
        "/*",
        "*/",
        "true",
        "nil",
        ",",
        "\n",
        "index . ",
    ]);
    prop::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
}

#[test]
fn texts_that_grow_without_bound_are_refused() {
    let ten = r#"{{$a := "0123456789abcdef"}}"#;
    let doubled: String = (0..60).map(|_| r#" | replace_all "" "0123456789""#).collect();
    let printed = format!("{ten}{}", "{{$a = print $a $a $a $a $a $a $a $a}}".repeat(12));
    let looped = format!("{{{{range 100000}}}}{}{{{{end}}}}", "x".repeat(5000));
    let padded = format!("{{{{printf \"{}\"{}}}}}", "%9999d".repeat(2000), " 1".repeat(2000));
    let called =
        format!("{{{{define \"a\"}}}}{}{{{{end}}}}{}", "y".repeat(1_000_000), "{{template \"a\"}}".repeat(5000));
    for text in [format!("{{{{`x`{doubled}}}}}"), printed, looped, padded, called] {
        let shown = rendered(&text);
        assert!(shown.contains("grows beyond"), "{}", &shown[..shown.len().min(200)]);
    }
}

/// What a loop leaves out costs nothing: 2^63 numbers a hundred thousand times over.
#[test]
fn a_loop_that_ends_at_its_first_number_is_short() {
    let text = "{{range 100000}}{{range 9223372036854775807}}{{break}}{{end}}{{end}}";
    assert!(rendered(text).contains("loops more than 100000 times"));
}

#[test]
fn values_that_contain_themselves_are_refused() {
    let twice = r#"{{user "twice"}}{{user "twice"}}"#;
    let scope = Scope::new(scope().facts.as_ref().clone(), [("twice".to_owned(), Secret::new(twice))].into());
    let refused = scope.late("{{user `twice`}}", &Span::whole("t", ""), BOOT).expect_err("it doubles for ever");
    assert!(refused.message.contains("grows beyond"), "{}", refused.message);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in prop_oneof![nearly_template(), ".{0,30}"]) {
        let (scope, span) = (scope(), Span::whole("t", text.as_str()));
        let _ = scope.render(&text, &span);
        for site in [BOOT, COMMAND] {
            if let Ok(late) = scope.late(&text, &span, site) {
                let _ = late.render(&fields(&[("Name", "n"), ("Path", "p")]));
            }
        }
    }

    #[test]
    fn the_source_form_means_the_same(text in nearly_template()) {
        let span = Span::whole("t", text.as_str());
        if let Ok(first) = scope().late(&text, &span, BOOT)
            && let Ok(second) = scope().late(&first.to_string(), &span, BOOT)
        {
            let values = fields(&[("HTTPIP", "i"), ("HTTPPort", "1"), ("Name", "n"), ("SSHPublicKey", "k")]);
            prop_assert_eq!(first.render(&values).ok(), second.render(&values).ok(), "{}", first);
        }
    }
}
