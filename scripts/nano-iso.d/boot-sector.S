# The boot sector of an installed disk: 440 bytes of code, behind which the disk signature and the partition
# table follow. Sector 1 holds the kernel's command line, sector 2 and those after it a bzImage; the first
# partition starts behind them. It knows no file system and has no menu: two BIOS services (extended read,
# block move) and the Linux boot protocol (Documentation/x86/boot.rst in the kernel).
        .code16
        .globl  _start
        .set    LOW, 0x8000             # segment of the kernel's set-up code
        .set    CMD, 0x8e00             # segment of the command line
        .set    BUF, 0x1000             # 32 KiB of bounce buffer
        .set    CHUNK, 64               # sectors per read
_start: cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
        sti
        cld
        ljmp    $0, $1f
1:      movb    %dl, drive
        movw    $CMD, dap_seg           # sector 1: command line
        call    read
        movw    $LOW, dap_seg           # sector 2: header of the kernel
        call    read
        movw    $LOW, %ax
        movw    %ax, %fs
        movzbw  %fs:0x1f1, %ax          # the rest of the set-up code
        testw   %ax, %ax
        jnz     2f
        movw    $4, %ax
2:      movw    %ax, dap_n
        movw    $0x200, dap_off
        call    read
        cmpl    $0x53726448, %fs:0x202  # "HdrS"
        jne     fail
        movw    $0, dap_off
        movw    $BUF, dap_seg
        movl    %fs:0x1f4, %ebp         # 16-byte units -> sectors
        addl    $31, %ebp
        shrl    $5, %ebp
3:      movw    $CHUNK, %ax             # the kernel proper, to 1 MiB and up
        cmpl    $CHUNK, %ebp
        jae     4f
        movw    %bp, %ax
4:      movw    %ax, dap_n
        pushw   %ax
        call    read
        popw    %cx
        movzwl  %cx, %edi
        shlw    $8, %cx                 # words
        movw    $gdt, %si
        movb    $0x87, %ah
        pushl   %edi
        int     $0x15
        popl    %edi
        jc      fail
        subl    %edi, %ebp
        shll    $9, %edi
        addl    %edi, gdt_dst           # 24 bits are enough
        testl   %ebp, %ebp
        jnz     3b
        movb    $0xff, %fs:0x210        # loader type
        orb     $0x80, %fs:0x211        # heap may be used
        movw    $0xde00, %fs:0x224
        movl    $(CMD << 4), %fs:0x228
        movl    $0, %fs:0x218           # no initrd
        movl    $0, %fs:0x21c
        cli
        movw    $LOW, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %gs
        movw    %ax, %ss
        movw    $0xe000, %sp
        ljmp    $(LOW + 0x20), $0

read:   movb    drive, %dl              # reads what dap says, then steps on
        movw    $dap, %si
        movb    $0x42, %ah
        int     $0x13
        jc      fail
        movzwl  dap_n, %eax
        addl    %eax, dap_lba
        ret

fail:   movw    $msg, %si
5:      lodsb
        testb   %al, %al
        jz      6f
        movb    $0x0e, %ah
        movw    $7, %bx
        int     $0x10
        jmp     5b
6:      hlt
        jmp     6b

msg:    .asciz  "nano: boot failed\r\n"
drive:  .byte   0
        .balign 4
dap:    .byte   16, 0
dap_n:  .word   1
dap_off: .word  0
dap_seg: .word  0
dap_lba: .long  1, 0
        .balign 8
gdt:    .quad   0, 0
        .word   0xffff                  # source: BUF
        .long   (BUF << 4) | 0x93000000
        .word   0
        .word   0xffff                  # destination: 1 MiB
gdt_dst: .long  0x93100000
        .word   0
        .quad   0, 0
        .org    440, 0
