/* digits.h - decimal numbers, two digits at a time, where there are too many for printf(). */
#pragma once

#include <stdint.h>
#include <string.h>

/* Below 100. Each returns where the text goes on. */
static inline char *digits_put_two(char *at, uint32_t value)
{
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    memcpy(at, pairs + (size_t)2 * value, 2);
    return at + 2;
}

/* Below 1,000,000, with leading zeroes. */
static inline char *digits_put_six(char *at, uint32_t value)
{
    at = digits_put_two(at, value / 10000);
    at = digits_put_two(at, value / 100 % 100);
    return digits_put_two(at, value % 100);
}

/* Any number, without leading zeroes; at most 20 digits. */
static inline char *digits_put(char *at, uint64_t value)
{
    char text[20];
    char *from = text + sizeof text;
    for (; value >= 100; value /= 100)
        digits_put_two(from -= 2, (uint32_t)(value % 100));
    digits_put_two(from -= 2, (uint32_t)value);
    from += value < 10;
    size_t len = (size_t)(text + sizeof text - from);
    memcpy(at, from, len);
    return at + len;
}
