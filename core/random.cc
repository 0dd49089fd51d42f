// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <Random123/philox.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "core/normal_kernel.h"

namespace ohm {
namespace {

PhiloxSequence sequence_of(StreamKey key, Counter counter) {
  if (key.chip >= (1U << 24)) {
    throw ArgumentError(
        fmt::format("random stream: chip is {}; expected at most {}; number the chips from 0",
                    key.chip, (1U << 24) - 1));
  }
  return {key.seed, key.chip << 8 | key.purpose, counter.c1, counter.c2, counter.c3};
}

void check_range(Index first, Index count) {
  if (first < 0 || first > kSequenceLength || count > kSequenceLength - first) {
    throw ArgumentError(fmt::format(
        "random stream: elements from {} on, {} of them, asked for; a sequence holds elements 0 to "
        "2^34 - 1; use another counter for what lies beyond",
        first, count));
  }
}

/// Natural logarithm for 2^-33 <= u < 1: u = 2^e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2).
float log_of(float u) {
  using namespace box_muller;
  const std::int32_t i = std::bit_cast<std::int32_t>(u) - kSqrtHalfBits;
  const auto e = static_cast<float>(i >> 23);
  const float f = std::bit_cast<float>((i & 0x7fffff) + kSqrtHalfBits) - 1.0F;
  float p = kLog[6];
  for (int n = 5; n >= 0; --n) p = p * f + kLog[n];
  const float correction = (f * f) * (f * p - 0.5F);
  return e * kLn2 + (f + correction);
}

struct Direction {
  float cosine, sine;
};

/// Unit vector at a uniform angle: the upper two bits choose the quadrant, the next 24 the angle
/// within +-pi/4 of its axis.
Direction direction_of(std::uint32_t w) {
  using namespace box_muller;
  const std::int32_t fraction = static_cast<std::int32_t>(w << 2) >> 8;
  const float t = (static_cast<float>(fraction) + 0.5F) * 0x1p-23F;
  const float t2 = t * t;
  const float s = t * (((kSin[3] * t2 + kSin[2]) * t2 + kSin[1]) * t2 + kSin[0]);
  const float c = ((kCos[2] * t2 + kCos[1]) * t2 + kCos[0]) * t2 + 1.0F;
  switch (w >> 30) {
    case 0:
      return {c, s};
    case 1:
      return {-s, c};
    case 2:
      return {-c, -s};
    default:
      return {s, -c};
  }
}

double uniform_of(std::uint32_t w) {
  return (static_cast<double>(w) + 0.5) * 0x1p-32;
}

}  // namespace

std::array<std::uint32_t, 4> philox(StreamKey key, std::uint32_t c0, Counter counter) {
  const PhiloxSequence s = sequence_of(key, counter);
  const r123::Philox4x32::ctr_type words = {{c0, s.c1, s.c2, s.c3}};
  const r123::Philox4x32::key_type key_words = {{s.k0, s.k1}};
  const auto block = r123::Philox4x32{}(words, key_words);
  return {block[0], block[1], block[2], block[3]};
}

double uniform_at(StreamKey key, Counter counter, Index i) {
  check_range(i, 1);
  const auto block = philox(key, static_cast<std::uint32_t>(i / 4), counter);
  return uniform_of(block[static_cast<std::size_t>(i % 4)]);
}

float normal_at(StreamKey key, Counter counter, Index i) {
  check_range(i, 1);
  const auto block = philox(key, static_cast<std::uint32_t>(i / 4), counter);
  const std::size_t pair = i % 4 < 2 ? 0 : 2;
  const float u = std::min(static_cast<float>(uniform_of(block[pair])), box_muller::kBelowOne);
  const float radius = std::sqrt(-2.0F * log_of(u));
  const Direction direction = direction_of(block[pair + 1]);
  return radius * (i % 2 == 0 ? direction.cosine : direction.sine);
}

void fill_uniform(StreamKey key, Counter counter, Index first, std::span<float> out) {
  check_range(first, std::ssize(out));
  uniform_kernel(sequence_of(key, counter), first, std::ssize(out), out.data());
}

void fill_normal(StreamKey key, Counter counter, Index first, std::span<float> out) {
  fill_normal_rows(key, counter, first, 1, out);
}

void fill_normal_rows(StreamKey key, Counter counter, Index first, Index n_rows,
                      std::span<float> out) {
  if (n_rows < 1 || std::ssize(out) % n_rows != 0) {
    throw ArgumentError(
        fmt::format("random stream: {} numbers for {} rows found; expected as many in every row",
                    out.size(), n_rows));
  }
  const Index count = std::ssize(out) / n_rows;
  check_range(first, count);
  normal_kernel(sequence_of(key, counter), {first, count, n_rows, count}, out.data());
}

}  // namespace ohm
