use super::*;

fn formatted(text: &str) -> String {
    let source = SourceFile::new("t.pkr.hcl", text);
    format(&source).unwrap_or_else(|found| panic!("{text}: {found:?}"))
}

#[test]
fn equals_signs_and_comments_stand_in_columns() {
    let text = "a=1 # one\nlong   =  22# two\n\nb=3 # three\n# alone\nc {\nd=1 //x\n}#y\n";
    let expected = "\
a    = 1  # one
long = 22 # two

b = 3 # three
# alone
c {
  d = 1 //x
}       #y
";
    assert_eq!(formatted(text), expected);
}
