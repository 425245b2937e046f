/* Tells the kernel's random generator that it has its 256 bits, taken from the clocks. That is no
 * security: an interpreted machine would wait for seconds to gather what it takes for random, and this
 * is a test system.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

#define WORDS 4

int main(void)
{
    struct {
        struct rand_pool_info info;
        uint64_t words[WORDS];
    } pool = { { 8 * 8 * WORDS, 8 * WORDS }, { 0 } };
    struct timespec now;
    int device = open("/dev/urandom", O_WRONLY);

    for (int i = 0; i < WORDS; i++) {
        clock_gettime(CLOCK_REALTIME, &now);
        pool.words[i] = __builtin_ia32_rdtsc() ^ (uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec;
    }
    if (device < 0 || ioctl(device, RNDADDENTROPY, &pool) < 0) {
        perror("seed-random");
        return 1;
    }
    return 0;
}
