//! The server as a client sees it, on real sockets.

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::event::EventReceiver;

struct Bench {
    server: HttpServer,
    events: EventReceiver,
}

impl Bench {
    async fn new(plan: HttpPlan) -> Self {
        let (events, receiver) = Events::channel();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let server = HttpServer::start(&plan, listener, events).await.unwrap();
        Self { server, events: receiver }
    }

    async fn folder(path: &Path) -> Self {
        Self::new(HttpPlan { directory: Some(path.to_owned()), ..plan() }).await
    }

    async fn content(content: &[(&str, &str)]) -> Self {
        let content = content.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self::new(HttpPlan { content, ..plan() }).await
    }

    async fn send(&self, raw: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.port())).await.unwrap();
        stream.write_all(raw.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer { head: head.to_owned(), body: body.to_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, "").await
    }

    async fn get_with(&self, path: &str, headers: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n")).await
    }

    /// The events so far, without the first one and those for the log.
    fn reported(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Ok((_, event)) = self.events.try_recv() {
            events.push(event);
        }
        events.retain(|event| !matches!(event, Event::HttpServing { .. } | Event::Debug { .. }));
        events
    }
}

struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Header names are compared by case, as some boot loaders do.
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn plan() -> HttpPlan {
    HttpPlan { directory: None, content: BTreeMap::new(), port_min: 0, port_max: 0, bind_address: None }
}

fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("sub")).unwrap();
    fs::create_dir_all(root.join("site")).unwrap();
    fs::write(root.join("user-data"), "#cloud-config\n").unwrap();
    fs::write(root.join("meta-data"), "").unwrap();
    fs::write(root.join("sub/a b"), "spaced").unwrap();
    fs::write(root.join("site/index.html"), "<p>hello").unwrap();
    fs::write(folder.path().join("secret"), "outside").unwrap();
    folder
}

#[tokio::test]
async fn files_are_served_with_type_size_and_date() {
    let tree = tree();
    let mut bench = Bench::folder(&tree.path().join("root")).await;
    let answer = bench.get("/user-data").await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "#cloud-config\n"));
    assert_eq!(answer.header("Content-Length"), Some("14"));
    assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert!(answer.header("Last-Modified").is_some());
    let empty = bench.get("/meta-data").await;
    assert_eq!((empty.status(), empty.header("Content-Length"), empty.body.as_str()), (200, Some("0"), ""));
    assert_eq!(bench.get("/sub/a%20b").await.body, "spaced");
    let sent: Vec<_> = bench.reported().iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    assert_eq!(sent[0], r#"{"event":"http_request","method":"GET","path":"/user-data","status":200,"bytes":14}"#);
}

#[tokio::test]
async fn a_head_request_has_no_body_and_other_methods_are_refused() {
    let tree = tree();
    let bench = Bench::folder(&tree.path().join("root")).await;
    let answer = bench.send("HEAD /user-data HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!((answer.status(), answer.header("Content-Length"), answer.body.as_str()), (200, Some("14"), ""));
    let refused =
        bench.send("PUT /user-data HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!((refused.status(), refused.header("Allow")), (405, Some("GET, HEAD")));
}

#[tokio::test]
async fn parts_of_a_file() {
    let tree = tree();
    let bench = Bench::folder(&tree.path().join("root")).await;
    let part = bench.get_with("/user-data", "Range: bytes=1-5\r\n").await;
    assert_eq!((part.status(), part.body.as_str()), (206, "cloud"));
    assert_eq!(part.header("Content-Range"), Some("bytes 1-5/14"));
    let past = bench.get_with("/user-data", "Range: bytes=14-\r\n").await;
    assert_eq!((past.status(), past.header("Content-Range")), (416, Some("bytes */14")));
    let empty = bench.get_with("/meta-data", "Range: bytes=0-9\r\n").await;
    assert_eq!(empty.status(), 200);
    let stale = bench.get_with("/user-data", "Range: bytes=1-5\r\nIf-Range: Thu, 01 Jan 1970 00:00:00 GMT\r\n").await;
    assert_eq!((stale.status(), stale.body.len()), (200, 14));
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let tree = tree();
    let bench = Bench::folder(&tree.path().join("root")).await;
    let modified = bench.get("/user-data").await.header("Last-Modified").unwrap().to_owned();
    let again = bench.get_with("/user-data", &format!("If-Modified-Since: {modified}\r\n")).await;
    assert_eq!((again.status(), again.body.as_str()), (304, ""));
    let older = bench.get_with("/user-data", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n").await;
    assert_eq!(older.status(), 200);
}

#[tokio::test]
async fn folders_are_listed_or_show_their_index() {
    let tree = tree();
    let bench = Bench::folder(&tree.path().join("root")).await;
    let listing = bench.get("/").await;
    assert!(listing.body.contains("<a href=\"sub/\">sub/</a>\n<a href=\"user-data\">user-data</a>"));
    assert_eq!(bench.get("/site/").await.body, "<p>hello");
    for (path, location) in [
        ("/site", "site/"),
        ("/site?a=b", "site/?a=b"),
        ("/site/index.html", "./"),
        ("/user-data/", "../user-data"),
        ("/sub/a%20b/", "../a%20b"),
    ] {
        let answer = bench.get(path).await;
        assert_eq!((answer.status(), answer.header("Location")), (301, Some(location)), "{path}");
    }
}

#[tokio::test]
async fn nothing_above_the_folder_is_served() {
    let tree = tree();
    let bench = Bench::folder(&tree.path().join("root")).await;
    for path in ["/../secret", "/%2e%2e/secret", "/sub/..%2f..%2fsecret", "/%2e%2e%2fsecret", "/sub/../../secret"] {
        assert_eq!(bench.get(path).await.status(), 404, "{path}");
    }
    assert_eq!(bench.get("/nul%00").await.status(), 400);
    assert_eq!(bench.get(&format!("/{}", "n".repeat(300))).await.status(), 404);
    assert_eq!(bench.get("/user-data/below").await.status(), 404);
}

#[tokio::test]
async fn links_are_followed_and_the_first_one_to_outside_is_told() {
    let tree = tree();
    let root = tree.path().join("root");
    fs::os::unix::fs::symlink("user-data", root.join("inside")).unwrap();
    fs::os::unix::fs::symlink("../secret", root.join("outside")).unwrap();
    let mut bench = Bench::folder(&root).await;
    assert_eq!(bench.get("/inside").await.body, "#cloud-config\n");
    for _ in 0..2 {
        assert_eq!(bench.get("/outside").await.body, "outside");
    }
    let warnings: Vec<_> =
        bench.reported().into_iter().filter(|event| matches!(event, Event::Warning { .. })).collect();
    assert_eq!(warnings.len(), 1);
}

#[tokio::test]
async fn texts_of_the_template_are_served_by_cleaned_path() {
    let bench = Bench::content(&[("/ks.cfg", "text\n"), ("/a/user-data", "")]).await;
    assert_eq!(bench.get("/ks.cfg").await.body, "text\n");
    assert_eq!(bench.get("/a/./b/../user-data/").await.status(), 200);
    assert_eq!(bench.get_with("/ks.cfg", "Range: bytes=1-2\r\n").await.body, "ex");
    let missing = bench.get("/ks.cgf").await;
    assert_eq!((missing.status(), missing.body.as_str()), (404, "/ks.cgf not found. Did you mean \"/ks.cfg\"?\n"));
}

#[tokio::test]
async fn broken_clients_do_not_end_the_server() {
    let bench = Bench::content(&[("/a", "text")]).await;
    let address = ("127.0.0.1", bench.server.port());
    for nonsense in ["\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
    }
    let silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(bench.get("/a").await.body, "text");
    drop(silent);
}

#[tokio::test]
async fn a_client_that_closes_its_side_gets_its_answer() {
    let bench = Bench::content(&[("/a", "text")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", bench.server.port())).await.unwrap();
    stream.write_all(b"GET /a HTTP/1.0\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("\r\n\r\ntext"), "{text}");
}

#[tokio::test]
async fn the_port_is_free_after_shutdown() {
    let bench = Bench::content(&[("/a", "text")]).await;
    let port = bench.server.port();
    let idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    bench.server.shutdown().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error() {
    let (events, _receiver) = Events::channel();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let missing = HttpPlan { directory: Some("no/such/folder".into()), ..plan() };
    let error = HttpServer::start(&missing, listener, events).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot read `no/such/folder`");
}
