# Every form of expression; `inspect` shows what each yields.

variable "machines" {
  type = map(object({ cpus = number, tags = list(string) }))
  default = {
    small = { cpus = 1, tags = ["x"] }
    large = { cpus = 8, tags = ["y", "z"] }
  }
}

variable "absent" {
  type    = string
  default = null
}

locals {
  numbers     = [1 + 2 * 3, (1 + 2) * 3, 7 % 4, -7 / 2, 0.1 + 0.2, 1e3, 10 / 4]
  comparisons = [1 < 2, 2 <= 2, 3 > 4, "a" == "a", "1" == 1, [1] == [1], null == null, "a" != "b"]
  logic       = [true && false, true || false, !true, !(false || false)]
  conversions = [1 + "1", "true" ? "yes" : "no", "${1.50}", "${true}"]
  chosen      = var.absent == null ? "none" : upper(var.absent)
  one_or_all  = true ? ["a"] : []

}

locals {
  squares   = [for number in [1, 2, 3] : number * number]
  even      = [for index, letter in ["a", "b", "c"] : "${index}${letter}" if index % 2 == 0]
  cpus      = { for name, machine in var.machines : upper(name) => machine.cpus }
  by_length = { for word in ["one", "two", "three"] : length(word) => word... }
  sorted    = [for name, machine in var.machines : name]
  tags      = [for machine in var.machines : machine.tags[*]]
  all_tags  = flatten([for machine in var.machines : machine.tags])
  splat     = [{ id = 1 }, { id = 2 }][*].id
  old_splat = [{ id = [1] }, { id = [2] }].*.id
  of_one    = "single" [*]
  of_null   = var.absent[*]
  element   = [["a", "b"], ["c"]][0][1]
  old_index = ["a", "b"].1
  by_key    = { "a b" = 1, (upper("k")) = 2, plain = 3 }["K"]
  no_order  = { b = 2, a = 1 }
  expanded  = max([3, 9, 4]...)
}

locals {
  escapes  = "tab\there \"quoted\" back\\slash \u00e9 \U0001F600 $${kept} %%{ kept }"
  plain    = <<EOT
First ${var.machines.small.cpus}
  second, indented
EOT
  indented = <<-EOT
      Four more
    than this
      %{~for name in ["a", "b"]}
      ${name},
      %{~endfor}
    %{if var.absent == null}absent%{else}${var.absent}%{endif}
    last
  EOT
  stripped = "[ ${~"x"~} ] %{for n in [1, 2]~} ${n} %{endfor}."
  typed    = "${[1, 2]}"
  late     = "{{ .Vars }} {{.Path}} and {{ isotime }}"
}

locals {
  caught    = try(var.machines.huge.cpus, var.machines["large"].cpus)
  can_or_no = [can(var.machines.huge), can(regex("[0-9]+", "no digits")), can(1)]
  text      = trimspace(file("texts/motd"))
  files     = fileset("texts", "*")
  exists    = [fileexists("texts/motd"), fileexists("texts/nothing")]
  root      = path.root
  encoded   = jsonencode({ list = [1, "<&>"], none = null, deep = { a = true } })
  decoded   = jsondecode("{\"a\": [1, 2.5, null]}").a
  yaml      = yamldecode("a: 1\nb: [x, y]")
  merged    = merge({ a = 1, b = 1 }, { b = 2 })
  address   = cidrhost("10.0.2.0/24", 15)
  digest    = sha256("x")
  formatted = format("%05.1f|%-4s|%q|%v", 3.14159, "ab", "q", [1])
}

source "null" "any" {
  communicator = "none"
}

build {
  sources = ["null.any"]
}
