use super::*;
use crate::comm::{Communicator, Exit, Upload};
use crate::event::{Events, Stream};
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::keys::parse;
use crate::machine::Machine;

/// A driver, what it is given, and a folder that ends with the test.
struct Stage {
    driver: FakeDriver,
    media: Media,
    context: Context,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(script: FakeScript) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let media = Media { output_directory: folder.path().to_owned(), ..Media::default() };
        let (events, _receiver) = Events::channel();
        let cleanup = CleanupStack::new(Journal::none());
        let context = Context { events, cleanup, secrets: Secrets::default() };
        Self { driver: FakeDriver::new(script), media, context, folder }
    }

    async fn create(&self) -> Result<FakeMachine, Error> {
        self.driver.make("vm", &self.media, &self.context).await
    }

    fn files(&self) -> usize {
        fs_err::read_dir(self.folder.path()).unwrap().count()
    }
}

#[tokio::test]
async fn a_faultless_machine_goes_from_disk_to_image() {
    let stage = Stage::new(FakeScript::new());
    let mut machine = stage.create().await.unwrap();
    machine.start().await.unwrap();
    let mut reports = Vec::new();
    machine.send_keys(&parse("A<wait5>b").unwrap(), |done| reports.push(done)).await.unwrap();
    assert_eq!(machine.guest_address(22).await.unwrap(), ("127.0.0.1".to_owned(), 22));
    machine.request_shutdown().await.unwrap();
    machine.wait_stopped().await.unwrap();
    let image = machine.export().await.unwrap().unwrap();
    assert!(stage.context.cleanup.unwind(&stage.context.events).await.is_empty());
    assert_eq!(fs_err::metadata(&image.disks[0].path).unwrap().len(), image.disks[0].virtual_size_bytes);
    assert_eq!(reports, [1, 2, 3]);
    let log = ["create vm", "start", "send keys 6 events", "guest address 22", "request shutdown", "wait stopped"];
    assert_eq!(stage.driver.log().lines()[..6], log);
}

#[tokio::test]
async fn a_half_made_machine_is_undone_by_the_cleanup_alone() {
    let stage = Stage::new(FakeScript::new().rule(Rule::new(Operation::Create, Misbehaviour::Fail)));
    let error = stage.create().await.unwrap_err();
    assert_eq!(error.to_string(), "the script lets `create` fail");
    assert_eq!(stage.files(), 1);
    stage.context.cleanup.unwind(&stage.context.events).await;
    assert_eq!(stage.files(), 0);
}

#[tokio::test]
async fn a_machine_that_hangs_while_starting_can_be_cancelled() {
    let stage = Stage::new(FakeScript::new().rule(Rule::new(Operation::Start, Misbehaviour::Hang)));
    let mut machine = stage.create().await.unwrap();
    let log = stage.driver.log();
    tokio::select! {
        _ = machine.start() => panic!("it was to hang"),
        () = log.reached("start") => {}
    }
    assert!(stage.driver.is_running());
    stage.context.cleanup.unwind(&stage.context.events).await;
    assert!(!stage.driver.is_running());
    assert!(log.has("end the machine"));
}

#[tokio::test]
async fn a_scripted_panic_is_a_panic() {
    let stage = Stage::new(FakeScript::new().rule(Rule::new(Operation::Export, Misbehaviour::Panic)));
    let mut machine = stage.create().await.unwrap();
    let result = tokio::spawn(async move { machine.export().await.map(|_| ()) }).await;
    assert!(result.unwrap_err().is_panic());
}

#[tokio::test]
async fn commands_are_answered_from_the_script() {
    let answer = Answer::to("apt-get").stdout("reading").stderr("no network").exit(Exit::Status(100));
    let rule = Rule::new(Operation::Run, Misbehaviour::Fail).on("reboot").times(1);
    let stage = Stage::new(FakeScript::new().answer(answer).rule(rule));
    let session = stage.driver.connect().await.unwrap();
    let mut output = Vec::new();
    let exit = session.run("apt-get update", |stream, line| output.push((stream, line))).await.unwrap();
    assert_eq!(exit, Exit::Status(100));
    assert_eq!(output, [(Stream::Stdout, "reading".to_owned()), (Stream::Stderr, "no network".to_owned())]);
    assert!(session.run("reboot", |_, _| ()).await.is_err());
    assert_eq!(session.run("reboot", |_, _| ()).await.unwrap(), Exit::Status(0));
}

#[tokio::test]
async fn the_guest_can_turn_itself_off() {
    let answer = Answer::to("poweroff").exit(Exit::Disconnected).powers_off();
    let stage = Stage::new(FakeScript::new().answer(answer).ignores_power_button());
    let mut machine = stage.create().await.unwrap();
    machine.start().await.unwrap();
    machine.request_shutdown().await.unwrap();
    assert!(stage.driver.is_running());
    stage.driver.connect().await.unwrap().run("sudo poweroff", |_, _| ()).await.unwrap();
    machine.wait_stopped().await.unwrap();
}

#[tokio::test]
async fn uploaded_files_come_back() {
    let stage = Stage::new(FakeScript::new());
    let session = stage.driver.connect().await.unwrap();
    let folder = stage.folder.path();
    session.upload(Upload::Bytes { bytes: b"one", mode: 0o600 }, "/tmp/tree/a").await.unwrap();
    session.upload(Upload::Bytes { bytes: b"two", mode: 0o600 }, "/tmp/tree/b/c").await.unwrap();
    session.download("/tmp/tree/a", &folder.join("a")).await.unwrap();
    assert_eq!(fs_err::read(folder.join("a")).unwrap(), b"one");
    assert!(session.download("/tmp/tree", &folder.join("x")).await.is_err());

    session.download_directory("/tmp/tree/", &folder.join("tree")).await.unwrap();
    let source = folder.join("tree").display().to_string();
    session.upload_directory(&source, "/srv").await.unwrap();
    session.upload_directory(&format!("{source}/"), "/opt").await.unwrap();
    assert_eq!(stage.driver.guest_file("/srv/tree/b/c").unwrap(), b"two");
    assert_eq!(stage.driver.guest_file("/opt/b/c").unwrap(), b"two");
}
