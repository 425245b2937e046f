# What runs when a provisioner fails, for one of two builds.

source "null" "kept" {
  communicator = "none"
}

source "null" "cleaned" {
  communicator = "none"
}

build {
  sources = ["null.kept", "null.cleaned"]

  provisioner "shell-local" {
    inline       = ["false"]
    max_retries  = "2"
    pause_before = "1m30s"
    timeout      = "5m"
  }

  error-cleanup-provisioner "shell-local" {
    except = ["null.kept"]
    inline = ["echo ${source.name} failed"]
  }
}
