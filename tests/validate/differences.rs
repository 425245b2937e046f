//! Where our decision is not Packer 1.6.6's, and why.

/// Cases that we decide otherwise for one reason.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) why: &'static str,
    pub(crate) cases: &'static [&'static str],
}

const fn difference(why: &'static str, cases: &'static [&'static str]) -> Difference {
    Difference { why, cases }
}

pub(crate) const ALL: &[Difference] = &[];

/// The reason for deciding this case otherwise, if we do.
pub(crate) fn why(case: &str) -> Option<&'static str> {
    ALL.iter().find(|difference| difference.cases.contains(&case)).map(|difference| difference.why)
}
