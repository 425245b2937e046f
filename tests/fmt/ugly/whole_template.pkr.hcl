variable "iso" {
type=string
        default="x.iso"
}
locals{
name="debian-${formatdate("YYYYMMDD",timestamp())}"
   boot = ["<esc><wait>",
"auto url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg<enter>",
   ]
}
source "qemu" "debian"{
iso_url=var.iso # where it is
iso_checksum="none" # not checked
      boot_command=local.boot
qemuargs=[["-m","1024"],
["-smp" , "2"]]
disk_size="10G"
}
build{
sources=["source.qemu.debian"]
provisioner "shell"{
inline=[
"echo 1" ,
 "echo 2"
]
override={
debian={
execute_command="sh '{{.Path}}'"
}}
}
post-processors{
post-processor "vagrant"{
output="x.box"
}
}
}
