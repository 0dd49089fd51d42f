// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/index.h"

namespace ohm {

/// What a random stream belongs to: the user's seed, the programmed chip (below 2^24) and the
/// purpose (programming error, read noise, ...). Distinct keys give distinct Philox keys.
struct StreamKey {
  std::uint32_t seed = 0;
  std::uint32_t chip = 0;
  std::uint8_t purpose = 0;
};

/// The three upper counter words of a sequence, such as (array, token, step); the lowest word
/// counts the blocks of four elements along the sequence.
struct Counter {
  std::uint32_t c1 = 0;
  std::uint32_t c2 = 0;
  std::uint32_t c3 = 0;
};

/// Elements in one sequence: 2^32 blocks of four.
inline constexpr Index kSequenceLength = Index{1} << 34;

/// One block of Philox4x32-10 under the key words {seed, chip * 256 + purpose} and the counter
/// words {c0, c1, c2, c3} (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3,
/// SC 2011). Throws ArgumentError for chip >= 2^24.
std::array<std::uint32_t, 4> philox(StreamKey key, std::uint32_t c0, Counter counter);

/// Element i of the sequence of uniforms, (u32 + 0.5) * 2^-32 exactly: never 0, never 1.
/// Element i is word i % 4 of block i / 4. Throws ArgumentError for i outside [0, 2^34).
double uniform_at(StreamKey key, Counter counter, Index i);

/// Elements first ... first + out.size() - 1 of the sequence of uniforms, each uniform_at rounded
/// to float and held below 1 (at most 1 - 2^-24). Any split of a range gives the same bits. Throws
/// ArgumentError where the range leaves [0, 2^34).
void fill_uniform(StreamKey key, Counter counter, Index first, std::span<float> out);

/// Element i of the sequence of standard normals: the readable twin of fill_normal, same bits.
/// Box-Muller (Box and Muller 1958) on the word pairs (0, 1) and (2, 3) of a block, in float with
/// our own logarithm, sine and cosine, so that no libm and no SIMD width changes a bit. Departures:
/// the uniform is rounded to float, the angle to 26 bits; |x| <= 6.77. Throws ArgumentError for i
/// outside [0, 2^34).
float normal_at(StreamKey key, Counter counter, Index i);

/// Elements first ... first + out.size() - 1 of the sequence of standard normals. Any split of a
/// range gives the same bits. Throws ArgumentError where the range leaves [0, 2^34).
void fill_normal(StreamKey key, Counter counter, Index first, std::span<float> out);

/// The same of `n_rows` sequences, {c1, c2, c3}, {c1, c2, c3 + 1}, ..., row after row in `out`,
/// which they share evenly: faster than one by one where rows are short.
void fill_normal_rows(StreamKey key, Counter counter, Index first, Index n_rows,
                      std::span<float> out);

}  // namespace ohm
