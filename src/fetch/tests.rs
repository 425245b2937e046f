//! Fetching from servers that behave, and from some that do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fs_err as fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::cache::Cache;
use crate::cache::digest::of_text;
use crate::event::EventReceiver;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::plan::{Algorithm, Checksum};

const BODY: &str = "the bytes of an installer image";
const IMPATIENT: Patience = Patience { attempts: 2, pause: Duration::ZERO };

struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    context: Context,
    events: EventReceiver,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (sender, events) = Events::channel();
        let context =
            Context { events: sender, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() };
        Self { store: Cache::at(folder.path().join("cache")).store(), folder, context, events }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn fetch(&self, plan: &IsoPlan) -> Result<Fetched, Error> {
        fetch(plan, &self.store, &self.context, IMPATIENT).await
    }

    /// Where the image with the right digest is, or will be.
    fn entry(&self) -> PathBuf {
        self.path("cache/iso").join(format!("sha256-{}.iso", digest().hex))
    }

    fn warnings(&mut self) -> Vec<String> {
        let mut warnings = Vec::new();
        while let Ok((_, event)) = self.events.try_recv() {
            if let Event::Warning { text } = event {
                warnings.push(text);
            }
        }
        warnings
    }
}

fn digest() -> Digest {
    Digest { algorithm: Algorithm::Sha256, hex: of_text(Algorithm::Sha256, BODY) }
}

fn plan(urls: &[&str]) -> IsoPlan {
    let Digest { algorithm, hex } = digest();
    IsoPlan {
        urls: urls.iter().map(|&url| url.to_owned()).collect(),
        checksum: Checksum::Digest { algorithm, hex },
        target_path: None,
        target_extension: "iso".to_owned(),
    }
}

fn unchecked(urls: &[&str]) -> IsoPlan {
    IsoPlan { checksum: Checksum::None, ..plan(urls) }
}

async fn serve(server: &MockServer, at: &str, body: &str) -> String {
    let answer = ResponseTemplate::new(200).set_body_string(body);
    Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(server).await;
    format!("{}{at}", server.uri())
}

#[tokio::test]
async fn a_download_is_kept_by_its_digest_and_used_again() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/a.iso", BODY).await;
    let first = bench.fetch(&plan(&[&url])).await.unwrap();
    assert_eq!(first, Fetched { path: bench.entry(), reused: false });
    assert_eq!(fs::read_to_string(&first.path).unwrap(), BODY);
    let again = bench.fetch(&plan(&[&format!("{}/elsewhere.iso", server.uri())])).await.unwrap();
    assert_eq!(again, Fetched { path: bench.entry(), reused: true });
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn redirects_are_followed() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/real.iso", BODY).await;
    let redirect = ResponseTemplate::new(302).insert_header("Location", url.as_str());
    Mock::given(path("/a.iso")).respond_with(redirect).mount(&server).await;
    let fetched = bench.fetch(&plan(&[&format!("{}/a.iso", server.uri())])).await.unwrap();
    assert_eq!(fs::read_to_string(fetched.path).unwrap(), BODY);
}

#[tokio::test]
async fn a_part_is_resumed() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let rest = ResponseTemplate::new(206)
        .insert_header("Content-Range", format!("bytes 10-{}/{}", BODY.len() - 1, BODY.len()))
        .set_body_string(&BODY[10..]);
    Mock::given(header("Range", "bytes=10-")).respond_with(rest).expect(1).mount(&server).await;
    fs::create_dir_all(bench.path("cache/iso")).unwrap();
    fs::write(bench.entry().with_extension("iso.part"), &BODY[..10]).unwrap();
    let fetched = bench.fetch(&plan(&[&format!("{}/a.iso", server.uri())])).await.unwrap();
    assert_eq!(fs::read_to_string(fetched.path).unwrap(), BODY);
}

#[tokio::test]
async fn a_server_without_ranges_starts_again() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/a.iso", BODY).await;
    fs::create_dir_all(bench.path("cache/iso")).unwrap();
    fs::write(bench.entry().with_extension("iso.part"), "the wrong start").unwrap();
    let fetched = bench.fetch(&plan(&[&url])).await.unwrap();
    assert_eq!(fs::read_to_string(fetched.path).unwrap(), BODY);
}

#[tokio::test]
async fn a_complete_part_needs_no_more_bytes_and_a_bad_one_is_thrown_away() {
    for (part, requests) in [(BODY.to_owned(), 1), ("x".repeat(BODY.len()), 2)] {
        let (bench, server) = (Bench::new(), MockServer::start().await);
        let url = format!("{}/a.iso", server.uri());
        let past = ResponseTemplate::new(416).insert_header("Content-Range", format!("bytes */{}", BODY.len()));
        Mock::given(wiremock::matchers::header_exists("Range")).respond_with(past).mount(&server).await;
        serve(&server, "/a.iso", BODY).await;
        fs::create_dir_all(bench.path("cache/iso")).unwrap();
        fs::write(bench.entry().with_extension("iso.part"), part).unwrap();
        let fetched = bench.fetch(&plan(&[&url])).await.unwrap();
        assert_eq!(fs::read_to_string(fetched.path).unwrap(), BODY);
        assert_eq!(server.received_requests().await.unwrap().len(), requests);
    }
}

#[tokio::test]
async fn a_wrong_checksum_is_kept_aside_and_the_mirror_is_tried() {
    let (mut bench, server) = (Bench::new(), MockServer::start().await);
    let wrong = serve(&server, "/wrong.iso", "a page of a proxy").await;
    let right = serve(&server, "/right.iso", BODY).await;
    let fetched = bench.fetch(&plan(&[&wrong, &right])).await.unwrap();
    assert_eq!(fetched, Fetched { path: bench.entry(), reused: false });
    let actual = of_text(Algorithm::Sha256, "a page of a proxy");
    let kept = format!("{}.wrong-sha256-{actual}", bench.entry().display());
    assert_eq!(fs::read_to_string(&kept).unwrap(), "a page of a proxy");
    let warnings = bench.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains(&kept), "{warnings:?}");
}

#[tokio::test]
async fn all_failures_are_listed() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let urls = [format!("{}/none.iso", server.uri()), "no/such.iso".to_owned(), "s3://bucket/a.iso".to_owned()];
    let error = bench.fetch(&plan(&urls.each_ref().map(String::as_str))).await.unwrap_err();
    let text = error.to_string();
    for part in ["/none.iso answers 404", "no/such.iso` is not there", "`s3` URLs are not supported"] {
        assert!(text.contains(part), "{text}");
    }
    let only = bench.fetch(&plan(&[&urls[0]])).await.unwrap_err();
    assert!(matches!(only, Error::Status { status: 404, .. }));
}

async fn read_head(stream: &mut tokio::net::TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
}

/// A server that answers with these bytes, one answer for each connection, and the last one for ever.
async fn raw_server(answers: Vec<String>) -> (String, Arc<AtomicUsize>, tokio::task::JoinSet<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.iso", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let (counter, mut tasks) = (Arc::clone(&count), tokio::task::JoinSet::new());
    tasks.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let number = counter.fetch_add(1, Ordering::SeqCst);
            read_head(&mut stream).await;
            let answer = answers.get(number).or(answers.last()).unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, count, tasks)
}

#[tokio::test]
async fn a_body_that_breaks_off_is_gone_on_with() {
    let bench = Bench::new();
    let length = BODY.len();
    let start = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nETag: \"v1\"\r\n\r\n{}", &BODY[..10]);
    let rest = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes 10-{}/{length}\r\n\r\n{}",
        length - 10,
        length - 1,
        &BODY[10..]
    );
    let (url, count, _server) = raw_server(vec![start, rest]).await;
    let fetched = bench.fetch(&plan(&[&url])).await.unwrap();
    assert_eq!(fs::read_to_string(fetched.path).unwrap(), BODY);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_body_that_always_breaks_off_is_an_error_and_its_part_stays() {
    let bench = Bench::new();
    let start = format!("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"v1\"\r\n\r\n{}", &BODY[..10]);
    let nothing = "HTTP/1.1 206 Partial Content\r\nContent-Length: 90\r\nContent-Range: bytes 10-99/100\r\n\r\n";
    let (url, count, _server) = raw_server(vec![start, nothing.to_owned()]).await;
    let error = bench.fetch(&plan(&[&url])).await.unwrap_err();
    assert!(matches!(error, Error::Request { .. }), "{error:?}");
    assert!(count.load(Ordering::SeqCst) <= 5);
    assert_eq!(fs::read_to_string(bench.entry().with_extension("iso.part")).unwrap(), &BODY[..10]);
}

#[tokio::test]
async fn builds_at_the_same_time_fetch_once() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/a.iso", BODY).await;
    let plan = plan(&[&url]);
    let fetched = futures::future::join_all((0..4).map(|_| bench.fetch(&plan))).await;
    assert_eq!(fetched.iter().filter(|one| !one.as_ref().unwrap().reused).count(), 1);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_local_file_is_used_in_place_and_never_changed() {
    let bench = Bench::new();
    fs::write(bench.path("a b.iso"), BODY).unwrap();
    let location = format!("file://{}/a%20b.iso", bench.folder.path().display());
    let fetched = bench.fetch(&plan(&[&location])).await.unwrap();
    assert_eq!(fetched, Fetched { path: bench.path("a b.iso"), reused: true });
    fs::write(bench.path("a b.iso"), "changed").unwrap();
    let error = bench.fetch(&plan(&[&bench.path("a b.iso").display().to_string()])).await.unwrap_err();
    assert!(matches!(error, Error::Mismatch { kept: None, .. }));
    assert_eq!(fs::read_to_string(bench.path("a b.iso")).unwrap(), "changed");
    let error = bench.fetch(&plan(&[&bench.folder.path().display().to_string()])).await.unwrap_err();
    assert!(matches!(error, Error::NotAFile { .. }));
}

#[tokio::test]
async fn the_target_path_is_a_file_or_a_folder() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/a.iso", BODY).await;
    let to = |target: &str| IsoPlan { target_path: Some(bench.path(target)), ..plan(&[&url]) };
    let fetched = bench.fetch(&to("isos/mine.iso")).await.unwrap();
    assert_eq!(fetched, Fetched { path: bench.path("isos/mine.iso"), reused: false });
    assert!(bench.fetch(&to("isos/mine.iso")).await.unwrap().reused);
    let named = of_text(Algorithm::Sha1, &digest().to_string());
    let fetched = bench.fetch(&to("folder")).await.unwrap();
    assert_eq!(fetched.path, bench.path("folder").join(format!("{named}.iso")));
    // What the store has is copied.
    bench.fetch(&plan(&[&url])).await.unwrap();
    assert_eq!(bench.fetch(&to("copy.iso")).await.unwrap(), Fetched { path: bench.path("copy.iso"), reused: true });
    assert_eq!(fs::read_to_string(bench.path("copy.iso")).unwrap(), BODY);
}

#[tokio::test]
async fn an_image_that_packer_left_is_used_if_it_is_right() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let packer = bench.path("packer");
    fs::create_dir_all(&packer).unwrap();
    let left = packer.join(Store::packer_name(&digest().to_string(), "iso"));
    let store = Store::new(&bench.path("cache"), vec![packer]);
    let url = serve(&server, "/a.iso", BODY).await;
    fs::write(&left, BODY).unwrap();
    let fetched = fetch(&plan(&[&url]), &store, &bench.context, IMPATIENT).await.unwrap();
    assert_eq!(fetched, Fetched { path: left.clone(), reused: true });
    fs::write(&left, "damaged").unwrap();
    let fetched = fetch(&plan(&[&url]), &store, &bench.context, IMPATIENT).await.unwrap();
    assert_eq!(fetched, Fetched { path: bench.entry(), reused: false });
}

#[tokio::test]
async fn without_a_checksum_the_url_is_the_key() {
    let (mut bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/a.iso", BODY).await;
    assert!(!bench.fetch(&unchecked(&[&url])).await.unwrap().reused);
    assert!(bench.fetch(&unchecked(&[&url])).await.unwrap().reused);
    assert!(bench.warnings()[0].contains("not checked"));
    let other = serve(&server, "/b.iso", "other").await;
    assert!(!bench.fetch(&unchecked(&[&other])).await.unwrap().reused);
}

#[tokio::test]
async fn a_checksum_file_is_read_from_a_server_or_a_path() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/isos/a.iso", BODY).await;
    let sums = format!("{}  other.iso\n{}  a.iso", "0".repeat(64), digest().hex);
    let location = serve(&server, "/isos/SHA256SUMS", &sums).await;
    fs::write(bench.path("SUMS"), &sums).unwrap();
    for location in [location, format!("file://{}", bench.path("SUMS").display())] {
        let plan = IsoPlan { checksum: Checksum::File { location }, ..plan(&[&url]) };
        assert_eq!(bench.fetch(&plan).await.unwrap().path, bench.entry());
    }
    let unknown = IsoPlan { urls: vec![format!("{}/b.iso", server.uri())], ..plan(&[]) };
    let checksum = Checksum::File { location: bench.path("SUMS").display().to_string() };
    let error = bench.fetch(&IsoPlan { checksum, ..unknown }).await.unwrap_err();
    assert!(error.to_string().ends_with("SUMS does not name b.iso"), "{error}");
}

#[tokio::test]
async fn archives_are_unpacked_and_the_checksum_is_theirs() {
    use std::io::Write;
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(BODY.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let mut hasher = crate::cache::digest::Hasher::new(Algorithm::Md5);
    hasher.update(&packed);
    let checksum = Checksum::Digest { algorithm: Algorithm::Md5, hex: hasher.finish() };
    let answer = ResponseTemplate::new(200).set_body_bytes(packed.clone());
    Mock::given(path("/a.img.gz")).respond_with(answer).mount(&server).await;
    let plan = IsoPlan { checksum, ..plan(&[&format!("{}/a.img.gz", server.uri())]) };
    let fetched = bench.fetch(&plan).await.unwrap();
    assert_eq!(fs::read_to_string(&fetched.path).unwrap(), BODY);
    assert_eq!(fetched.path.extension().unwrap(), "iso");
    let again = bench.fetch(&plan).await.unwrap();
    assert_eq!(again, Fetched { path: fetched.path, reused: true });
    fs::write(bench.path("a.img.gz"), packed).unwrap();
    let local = IsoPlan { urls: vec![bench.path("a.img.gz").display().to_string()], ..plan };
    assert_eq!(fs::read_to_string(bench.fetch(&local).await.unwrap().path).unwrap(), BODY);
}

#[tokio::test]
async fn passwords_in_urls_are_sent_and_not_shown() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let with_password =
        |request: &Request| request.headers.get("Authorization").is_some_and(|it| it == "Basic bWU6aHVudGVyMg==");
    let answer = ResponseTemplate::new(200).set_body_string("not it");
    Mock::given(with_password).respond_with(answer).expect(1).mount(&server).await;
    let url = server.uri().replace("http://", "http://me:hunter2@");
    let error = bench.fetch(&plan(&[&format!("{url}/a.iso")])).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn the_time_limit_is_a_duration() {
    let (events, mut receiver) = Events::channel();
    assert_eq!(time_limit(Some("1h30m"), &events), Some(Duration::from_secs(5400)));
    assert_eq!(time_limit(None, &events), None);
    assert!(receiver.try_recv().is_err());
    assert_eq!(time_limit(Some("soon"), &events), None);
    assert!(matches!(receiver.try_recv().unwrap().1, Event::Warning { .. }));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_left_at_once() {
    let (mut bench, server) = (Bench::new(), MockServer::start().await);
    let url = serve(&server, "/a.iso", BODY).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let patient = Patience { attempts: 9, pause: Duration::from_secs(3600) };
    let plan = plan(&[&format!("http://{closed}/a.iso"), &url]);
    fetch(&plan, &bench.store, &bench.context, patient).await.unwrap();
    assert!(bench.warnings()[0].contains("the next URL is tried"));
}

#[tokio::test]
async fn a_cancelled_download_lets_go_and_is_gone_on_with() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let stalling = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.iso", stalling.local_addr().unwrap());
    let part = bench.entry().with_extension("iso.part");
    let stall = async {
        let (mut stream, _) = stalling.accept().await.unwrap();
        read_head(&mut stream).await;
        let start = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", BODY.len(), &BODY[..10]);
        stream.write_all(start.as_bytes()).await.unwrap();
        while fs::metadata(&part).map_or(0, |metadata| metadata.len()) < 10 {
            tokio::task::yield_now().await;
        }
        stream
    };
    let stalled = plan(&[&url]);
    let _connection = tokio::select! {
        fetched = bench.fetch(&stalled) => panic!("the server never ends: {fetched:?}"),
        connection = stall => connection,
    };
    let rest = ResponseTemplate::new(206)
        .insert_header("Content-Range", format!("bytes 10-{}/{}", BODY.len() - 1, BODY.len()))
        .set_body_string(&BODY[10..]);
    Mock::given(header("Range", "bytes=10-")).respond_with(rest).expect(1).mount(&server).await;
    let fetched = bench.fetch(&plan(&[&format!("{}/a.iso", server.uri())])).await.unwrap();
    assert_eq!(fs::read_to_string(fetched.path).unwrap(), BODY);
}
