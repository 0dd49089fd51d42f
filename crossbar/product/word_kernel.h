// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "crossbar/product/dot_kernel.h"

namespace ohm {

/// Words are integers of 16 bits. Where no instruction multiplies bytes without saturating, words
/// of two neighbouring rows are multiplied and added at once: every instruction set has that.
inline constexpr Index kWordRows = 2;
inline constexpr Index kWordBytes = 2;
/// Columns of one panel, two runs: sums of six vectors and what is multiplied then fill 16
/// registers.
inline constexpr Index kWordRuns = 2;
inline constexpr Index kWordColumns = kWordRuns * kDotColumns;
/// Bytes of a panel that hold one pair of rows.
inline constexpr Index kWordPairBytes = kWordRuns * kDotBytes;
static_assert(kDotBytes == kDotColumns * kWordRows * kWordBytes);

/// Largest word that two unsigned bytes may make, and smallest that two signed digits may.
inline constexpr std::int64_t kLargestWord = 32767, kSmallestWord = -32768;

/// words[i] = low[i] + 256 · high[i], at most kLargestWord; high may be null.
void join_bytes(const std::uint8_t* low, const std::uint8_t* high, Index count,
                std::int16_t* words);

/// Arranges low + 256 · high, from kSmallestWord to kLargestWord, in panels that lie one after the
/// other: for each two rows, kWordColumns columns (column, row). high.bytes may be null.
void fill_word_panels(const DotRows& low, const DotRows& high, std::int8_t* panels);

/// sums of vector v and column j = Σ_i word_vi · word_ij, modulo 2^32. `vectors` and `panel` hold
/// words: a quad of the panel is two rows, strides count bytes, panel.n_digits is 1.
void add_word_products(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out);

/// The readable twin.
void add_word_products_plainly(const DotVectors& vectors, const DotPanel& panel,
                               const DotOutput& out);

}  // namespace ohm
