/* frames.c - see frames.h. */
#include "tests/capture/frames.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/check.h"

static const uint8_t *before_the_wall(const uint8_t *bytes, size_t len)
{
    static uint8_t *wall;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (!wall) {
        uint8_t *map =
            mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(map != MAP_FAILED);
        assert_int_equal(mprotect(map + page, page, PROT_NONE), 0);
        wall = map + page;
    }
    return memcpy(wall - len, bytes, len);
}

struct frame frame_of(int link_type, const uint8_t *bytes, size_t captured, size_t length)
{
    return (struct frame){
        .time_ns = UINT64_C(1700000000123456789),
        .captured = (uint32_t)captured,
        .length = (uint32_t)length,
        .data = before_the_wall(bytes, captured),
        .link_type = link_type,
        .interface = 7,
    };
}
