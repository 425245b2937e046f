/* Runs a VirtualBox machine without the kernel module.
 *
 * The original VBoxHeadless is a set-uid stub that opens the module's device before anything else and
 * gives up without it. The program proper is a shared object, whose entry point we call ourselves. Before
 * that, the runtime has to be told that it is in a program of its own: inside a stranger's process it
 * takes no signals, so makes no timers, and no machine starts.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "/usr/lib/virtualbox/"

static void *symbol(const char *library, const char *name)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
    void *address = handle ? dlsym(handle, name) : NULL;

    if (!address) {
        fprintf(stderr, "VBoxHeadless: %s\n", dlerror());
        exit(126);
    }
    return address;
}

int main(int argc, char **argv, char **envp)
{
    int (*init_runtime)(int, char ***, uint32_t) = symbol(FOLDER "VBoxRT.so", "RTR3InitExe");
    int (*run)(int, char **, char **);
    int status = init_runtime(argc, &argv, 0);

    if (status < 0) {
        fprintf(stderr, "VBoxHeadless: the runtime does not start (%d)\n", status);
        return 126;
    }
    run = symbol(FOLDER "VBoxHeadless.so", "TrustedMain");
    return run(argc, argv, envp);
}
