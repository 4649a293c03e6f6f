#ifndef CONSENT_FUZZ_FUZZ_H
#define CONSENT_FUZZ_FUZZ_H

/*
 * What every fuzz target defines. libFuzzer calls it under clang, replay.c
 * with the files of the corpus under any compiler.
 */

#include <stddef.h>
#include <stdint.h>

/* Runs the target on one input of n bytes; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
