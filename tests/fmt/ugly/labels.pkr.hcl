source   "qemu"    "debian"{
}
source qemu debian {
}
variable"x"{}
build{}
