//! A folder with a template and its files, a cache of its own, and the run of its builds on fake machines.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

use boxwright::cache::Cache;
use boxwright::comm::connector::Connector;
use boxwright::event::Events;
use boxwright::io::journal::Journal;
use boxwright::io::secrets::Secrets;
use boxwright::machine::Driver;
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::plan::{BuildPlan, OnError, RunOptions};
use boxwright::run::prompt::Prompt;
use boxwright::run::{Run, run_builds};
use boxwright::source::SourceFile;
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::report::Report;

/// What is in the file of the former output folder.
const FORMER: &str = "the disk of an earlier build";

pub(crate) struct Site {
    folder: tempfile::TempDir,
    pub(crate) template: Value,
    pub(crate) options: RunOptions,
    pub(crate) prompt: Prompt,
    pub(crate) secrets: Secrets,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("base.iso", "installer"), ("http/preseed.cfg", "d-i"), ("motd", "hello")] {
            let path = folder.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let options = RunOptions {
            force: false,
            debug: false,
            on_error: OnError::Cleanup,
            parallel_builds: 0,
            run_uuid: "01234567-89ab-cdef-0123-456789abcdef".into(),
        };
        Self {
            folder,
            template: template(own_address()),
            options,
            prompt: Prompt::nobody(),
            secrets: Secrets::default(),
        }
    }

    /// A site whose output folder is there from an earlier build, and may be replaced.
    pub(crate) fn with_former_output() -> Self {
        let mut site = Self::new();
        site.options.force = true;
        fs_err::create_dir(site.path("output")).unwrap();
        fs_err::write(site.path("output/vm"), FORMER).unwrap();
        site
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The only builder's options.
    pub(crate) fn builder(&mut self) -> &mut Value {
        &mut self.template["builders"][0]
    }

    pub(crate) fn has_former_output(&self) -> bool {
        fs_err::read_to_string(self.path("output/vm")).is_ok_and(|text| text == FORMER)
    }

    /// Every file with its bytes. Locks of ports stay for ever, and what a failed build left is looked at
    /// by itself.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut files, mut folders) = (BTreeMap::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let relative = path.strip_prefix(self.folder.path()).unwrap().to_owned();
                if ["cache/port", "cache/failed"].iter().any(|known| relative == Path::new(known)) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(relative, fs_err::read(path).unwrap());
                }
            }
        }
        files
    }

    fn plans(&self) -> Vec<BuildPlan> {
        let source = SourceFile::new("template.json", self.template.to_string());
        let (template, diagnostics) = Template::parse(&source, self.folder.path(), &VariableInputs::fixed());
        let mut template = template.unwrap_or_else(|| panic!("{diagnostics:?}"));
        self.folder.path().clone_into(&mut template.working_folder);
        template.variables.sensitive().for_each(|secret| self.secrets.add(secret.reveal()));
        let options = ResolveOptions { force: self.options.force, ..ResolveOptions::default() };
        let (plans, diagnostics) = resolve(&template, &options);
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        plans
    }

    /// Runs all builds; they are cancelled when `cancelled` is done.
    pub(crate) async fn run_until<M: Driver + Connector + Clone>(
        &self,
        machines: &M,
        cancelled: impl Future<Output = ()>,
    ) -> Report {
        let cache = Cache::at(self.path("cache"));
        let (events, mut receiver) = Events::channel();
        let run = Run {
            driver: machines.clone(),
            connector: machines.clone(),
            options: self.options.clone(),
            events,
            journal: Journal::open(&cache.journal_folder()).unwrap(),
            secrets: self.secrets.clone(),
            prompt: self.prompt.clone(),
            cancel: CancellationToken::new(),
            cache,
        };
        let cancel = async {
            cancelled.await;
            run.cancel.cancel();
            std::future::pending::<()>().await;
        };
        let outcomes = tokio::select! {
            outcomes = run_builds(&run, self.plans()) => outcomes,
            () = cancel => unreachable!("it goes on for ever"),
        };
        run.journal.close();
        drop(run);
        let events = std::iter::from_fn(|| receiver.try_recv().ok());
        Report { events: events.map(|(build, event)| (build.to_string(), event)).collect(), outcomes }
    }

    pub(crate) async fn run<M: Driver + Connector + Clone>(&self, machines: &M) -> Report {
        self.run_until(machines, std::future::pending()).await
    }
}

/// A loopback address for each site: nobody takes another test's server for this one's.
fn own_address() -> Ipv4Addr {
    static COUNT: AtomicU16 = AtomicU16::new(1);
    let [high, low] = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low)
}

/// A builder with every kind of seed medium, provisioners, and post-processors that need no program.
fn template(http_address: Ipv4Addr) -> Value {
    json!({
        "builders": [{
            "type": "qemu",
            "vm_name": "vm",
            "iso_url": "{{template_dir}}/base.iso",
            "iso_checksum": "none",
            "output_directory": "{{template_dir}}/output",
            "http_directory": "{{template_dir}}/http",
            "http_bind_address": http_address,
            "cd_content": { "user-data": "#cloud-config" },
            "floppy_files": ["{{template_dir}}/http/preseed.cfg"],
            "boot_wait": "5s",
            "boot_command": ["linux url=http://{{.HTTPIP}}:{{.HTTPPort}}/preseed.cfg<enter>"],
            "ssh_username": "packer",
            "ssh_password": "hunter2",
            "shutdown_command": "sudo poweroff",
        }],
        "provisioners": [
            { "type": "file", "source": "{{template_dir}}/motd", "destination": "/etc/motd" },
            {
                "type": "shell",
                "inline": ["echo {{build `User`}}"],
                "environment_vars": ["SERVER={{build `PackerHTTPAddr`}}"],
                "execute_command": "install {{.Vars}} {{.Path}}",
            },
        ],
        "error-cleanup-provisioner":
            { "type": "shell", "inline": ["true"], "execute_command": "collect {{.Path}}" },
        "post-processors": [
            [
                { "type": "compress", "output": "{{template_dir}}/boxes/vm.tar.gz" },
                { "type": "checksum", "checksum_types": ["sha256"], "output": "{{template_dir}}/boxes/sums" },
            ],
            { "type": "manifest", "output": "{{template_dir}}/manifest.json" },
        ],
    })
}
