/* human.h - numbers as a person reads them: at most three digits that matter, and a unit.
 *
 * The text comes by value, so that a call can stand where its text is needed:
 * human_time(ns).text */
#pragma once

#include <stdint.h>

struct human {
    char text[32];
};

struct human human_count(double count);      /* "0", "9876", "12.3k", "1.2M" */
struct human human_rate(double per_s);       /* "0.05/s", "12.3/s", "1.2k/s" */
struct human human_share(double share);      /* of 1: "0 %", "<0.1 %", "2.3 %", "14 %" */
struct human human_time(uint64_t ns);        /* "350 µs", "1.8 ms", "2.5 s", "12 min"; 0: "-" */
struct human human_bytes(double bytes);      /* "12 B", "1.2 kB", "35 MB": powers of 1000 */
struct human human_span(uint64_t ns);        /* a length of time, roughly: "3 s", "15 min", "2 d" */
struct human human_clock(uint64_t time_ns);  /* local time: "10:33:20" */
struct human human_moment(uint64_t time_ns); /* local date and time: "2026-02-03 10:33:20" */
struct human human_date(uint64_t time_ns);   /* the local date: "2026-02-03" */
/* The same to the millisecond, cut: "10:33:20.123", "2026-02-03 10:33:20.123". */
struct human human_clock_ms(uint64_t time_ns);
struct human human_moment_ms(uint64_t time_ns);
