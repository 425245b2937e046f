//! Words as people type them, and as clap takes them: Packer's flags have one dash or two.

use std::collections::HashSet;

use clap::CommandFactory;

use super::args::Arguments;

/// Writes `-flag` as `--flag`, but for the values of flags and for what follows `--`.
pub(super) fn normalize(words: Vec<String>) -> Vec<String> {
    let takes_value = flags_with_values(&Arguments::command());
    let mut normal = Vec::with_capacity(words.len());
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let name = word.trim_start_matches('-');
        if word == "--" {
            normal.push(word);
            normal.extend(words.by_ref());
        } else if name.is_empty() || name.len() == word.len() {
            normal.push(word);
        } else {
            let value = if takes_value.contains(name) { words.next() } else { None };
            normal.push(match name {
                "v" => "--version".to_owned(),
                "h" => "-h".to_owned(),
                _ => format!("--{name}"),
            });
            normal.extend(value);
        }
    }
    normal
}

/// Flags whose value is the next word, of all commands.
fn flags_with_values(command: &clap::Command) -> HashSet<String> {
    let own = command.get_arguments().filter(|flag| flag.get_action().takes_values() && !flag.is_require_equals_set());
    let own = own.filter_map(|flag| flag.get_long().map(str::to_owned));
    own.chain(command.get_subcommands().flat_map(flags_with_values)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::Parser;

    use super::*;
    use crate::cli::args::{Arguments, Command};
    use crate::cli::build::OnErrorArg;

    fn parse(line: &str) -> Arguments {
        let words = line.split(' ').map(str::to_owned).collect();
        Arguments::try_parse_from(std::iter::once("boxwright".to_owned()).chain(normalize(words))).unwrap()
    }

    #[test]
    fn one_dash_or_two_before_or_after_the_template() {
        for line in [
            "build -var a=-b=c -force -on-error=abort -color=false -parallel-builds 2 t.json",
            "build t.json --var a=-b=c --force --on-error abort --color=false --parallel-builds=2",
        ] {
            let Command::Build(args) = parse(line).command else { panic!("build") };
            assert_eq!(args.template.inputs.variables, [("a".to_owned(), "-b=c".to_owned())]);
            assert!(args.force && !args.color);
            assert_eq!((args.on_error, args.parallel_builds), (OnErrorArg::Abort, 2));
            assert_eq!(args.template.template, PathBuf::from("t.json"));
        }
    }

    #[test]
    fn standard_input_stays_a_dash() {
        let Command::Validate(args) = parse("-machine-readable validate -syntax-only -").command else { panic!() };
        assert_eq!(args.template.template, PathBuf::from("-"));
        assert!(args.syntax_only);
    }
}
