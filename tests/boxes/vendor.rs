//! A server that stands in for the vendors: each image at its path, and the list of checksums as that vendor writes it.

use boxwright::cache::digest::of_text;
use boxwright::plan::Algorithm;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Where a vendor keeps an image and its checksum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) name: &'static str,
    pub(crate) host: &'static str,
    /// Of the image and of the list.
    folder: &'static str,
    image: &'static str,
    list: &'static str,
    writes: fn(&Origin) -> String,
}

pub(crate) const ALL: [Origin; 9] = [
    Origin {
        name: "almalinux-9",
        host: "https://repo.almalinux.org",
        folder: "/almalinux/9/isos/x86_64",
        image: "AlmaLinux-9-latest-x86_64-boot.iso",
        list: "CHECKSUM",
        writes: signed_bsd_lines,
    },
    Origin {
        name: "alpine-3.22",
        host: "https://dl-cdn.alpinelinux.org",
        folder: "/alpine/v3.22/releases/x86_64",
        image: "alpine-virt-3.22.2-x86_64.iso",
        list: "alpine-virt-3.22.2-x86_64.iso.sha256",
        writes: one_line,
    },
    Origin {
        name: "debian-12",
        host: "https://cdimage.debian.org",
        folder: "/cdimage/archive/12.12.0/amd64/iso-cd",
        image: "debian-12.12.0-amd64-netinst.iso",
        list: "SHA256SUMS",
        writes: text_lines,
    },
    Origin {
        name: "debian-13",
        host: "https://cdimage.debian.org",
        folder: "/cdimage/archive/13.1.0/amd64/iso-cd",
        image: "debian-13.1.0-amd64-netinst.iso",
        list: "SHA256SUMS",
        writes: text_lines,
    },
    Origin {
        name: "fedora-43",
        host: "https://dl.fedoraproject.org",
        folder: "/pub/fedora/linux/releases/43/Server/x86_64/iso",
        image: "Fedora-Server-netinst-x86_64-43-1.6.iso",
        list: "Fedora-Server-43-1.6-x86_64-CHECKSUM",
        writes: signed_bsd_lines,
    },
    Origin {
        name: "freebsd-14",
        host: "https://download.freebsd.org",
        folder: "/releases/amd64/amd64/ISO-IMAGES/14.4",
        image: "FreeBSD-14.4-RELEASE-amd64-disc1.iso",
        list: "CHECKSUM.SHA256-FreeBSD-14.4-RELEASE-amd64",
        writes: bsd_lines,
    },
    Origin {
        name: "ubuntu-20.04",
        host: "https://releases.ubuntu.com",
        folder: "/20.04",
        image: "ubuntu-20.04.6-live-server-amd64.iso",
        list: "SHA256SUMS",
        writes: binary_lines,
    },
    Origin {
        name: "ubuntu-22.04",
        host: "https://releases.ubuntu.com",
        folder: "/22.04.5",
        image: "ubuntu-22.04.5-live-server-amd64.iso",
        list: "SHA256SUMS",
        writes: binary_lines,
    },
    Origin {
        name: "ubuntu-24.04",
        host: "https://releases.ubuntu.com",
        folder: "/24.04.4",
        image: "ubuntu-24.04.4-live-server-amd64.iso",
        list: "SHA256SUMS",
        writes: binary_lines,
    },
];

impl Origin {
    pub(crate) fn image_path(&self) -> String {
        format!("{}/{}", self.folder, self.image)
    }

    pub(crate) fn list_path(&self) -> String {
        format!("{}/{}", self.folder, self.list)
    }

    /// The bytes of the image here.
    pub(crate) fn content(&self) -> String {
        format!("this is not {}", self.image)
    }

    pub(crate) fn digest(&self) -> String {
        of_text(Algorithm::Sha256, &self.content())
    }

    /// Other images that stand before this one, with names that are like its name.
    fn neighbours(&self) -> [(String, String); 3] {
        let names = [format!("{}.xz", self.image), format!("old-{}", self.image), format!("{}.torrent", self.image)];
        names.map(|name| (of_text(Algorithm::Sha256, &name), name))
    }

    fn lines(&self, line: impl Fn(&str, &str) -> String) -> String {
        let [first, second, third] = self.neighbours();
        let own = (self.digest(), self.image.to_owned());
        [first, second, own, third].iter().map(|(digest, name)| line(digest, name)).collect()
    }
}

/// GNU's `sha256sum --binary`: Ubuntu.
fn binary_lines(origin: &Origin) -> String {
    origin.lines(|digest, name| format!("{digest} *{name}\n"))
}

/// GNU's `sha256sum`: Debian.
fn text_lines(origin: &Origin) -> String {
    origin.lines(|digest, name| format!("{digest}  {name}\n"))
}

/// BSD's `sha256`: FreeBSD.
fn bsd_lines(origin: &Origin) -> String {
    origin.lines(|digest, name| format!("SHA256 ({name}) = {digest}\n"))
}

/// A clear-signed text with a comment before each line: Fedora, AlmaLinux.
fn signed_bsd_lines(origin: &Origin) -> String {
    let lines = origin.lines(|digest, name| format!("# {name}: 1234567890 bytes\nSHA256 ({name}) = {digest}\n"));
    let base64 = format!("{}\n", "iQIzBAEBCAAdFiEEw3p/".repeat(3)).repeat(4);
    format!(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{lines}-----BEGIN PGP SIGNATURE-----\n\n{base64}=ab1c\n\
         -----END PGP SIGNATURE-----\n"
    )
}

/// A file beside each image: Alpine.
fn one_line(origin: &Origin) -> String {
    format!("{}  {}\n", origin.digest(), origin.image)
}

/// The vendors' files, on this host.
#[derive(Debug)]
pub(crate) struct Vendors {
    server: MockServer,
}

impl Vendors {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        for origin in &ALL {
            serve(&server, &origin.image_path(), origin.content()).await;
            serve(&server, &origin.list_path(), (origin.writes)(origin)).await;
        }
        Self { server }
    }

    /// The image's URL and its checksum, for `iso_url` and `iso_checksum`.
    pub(crate) fn image_of(&self, origin: &Origin) -> (String, String) {
        let uri = self.server.uri();
        (format!("{uri}{}", origin.image_path()), format!("file:{uri}{}", origin.list_path()))
    }
}

async fn serve(server: &MockServer, at: &str, body: String) {
    let answer = ResponseTemplate::new(200).set_body_string(body);
    Mock::given(path(at)).and(method("GET")).respond_with(answer).mount(server).await;
}
