//! MAC addresses as VirtualBox and Vagrant write them.

/// The first half of an address that VirtualBox gives out.
const VIRTUALBOX: [u8; 3] = [0x08, 0x00, 0x27];

/// Shown as twelve upper-case digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mac([u8; 6]);

impl Mac {
    pub fn virtualbox(last: [u8; 3]) -> Self {
        let mut bytes = [0; 6];
        bytes[..3].copy_from_slice(&VIRTUALBOX);
        bytes[3..].copy_from_slice(&last);
        Self(bytes)
    }

    /// Twelve digits, with or without separators.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|&c| c != ':' && c != '-').collect();
        let number =
            u64::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 12 && !digits.starts_with('+'))?;
        let [_, _, bytes @ ..] = number.to_be_bytes();
        Some(Self(bytes))
    }
}

impl std::fmt::Display for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_are_an_address() {
        assert_eq!(Mac::virtualbox([0xab, 0xc, 1]).to_string(), "080027AB0C01");
        for text in ["080027ab0c01", "08:00:27:AB:0C:01", "08-00-27-ab-0c-01"] {
            assert_eq!(Mac::parse(text), Some(Mac::virtualbox([0xab, 0xc, 1])), "{text}");
        }
        for text in ["", "080027", "08002 7ab0c01", "+80027ab0c01", "080027ab0c0g", "0080027ab0c01"] {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
    }
}
