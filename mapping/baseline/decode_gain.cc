// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/decode_gain.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "mapping/baseline/pass_counter.h"

namespace ohm {
namespace {

void check(Bytes weights, Bytes kv_per_sequence) {
  if (!(weights.si() >= 0.0) || !std::isfinite(weights.si())) {
    throw ArgumentError(
        fmt::format("decode_gain: weights of {} B; expected 0 B or more", weights.si()));
  }
  if (!(kv_per_sequence.si() > 0.0) || !std::isfinite(kv_per_sequence.si())) {
    throw ArgumentError(
        fmt::format("decode_gain: keys and values of {} B; expected more than 0 B: the law is for "
                    "decoders with a context of at least one token",
                    kv_per_sequence.si()));
  }
}

void check_at_least_one(const char* name, double value) {
  if (value >= 1.0 && std::isfinite(value)) return;
  throw ArgumentError(fmt::format("decode_gain: {} {}; expected at least 1", name, value));
}

void check_bits(const char* name, Index bits) {
  constexpr Index kMost = 64;
  if (bits >= 1 && bits <= kMost) return;
  throw ArgumentError(fmt::format("decode_gain: {} {}; expected 1 to {} bits", name, bits, kMost));
}

}  // namespace

double decode_gain(Bytes weights, Bytes kv_per_sequence, double batch) {
  check(weights, kv_per_sequence);
  check_at_least_one("batch", batch);
  return 1.0 + weights / (batch * kv_per_sequence);
}

NetworkGain decode_gain(const Network& network, const BaselineBitsSpec& bits, double batch,
                        double context) {
  check_at_least_one("batch", batch);
  check_at_least_one("context", context);
  check_bits("weight_bits", bits.weights);
  check_bits("kv_bits", bits.kv);
  const PassCounter counter(network, bits);
  const PassCounts step = counter.decode(batch, batch * counter.attended(context));
  NetworkGain law{Bytes(step.weight_bytes), Bytes(step.kv_bytes / batch)};
  law.gain = decode_gain(law.weights, law.kv_per_sequence, batch);
  return law;
}

double batch_of_gain(Bytes weights, Bytes kv_per_sequence, double gain) {
  check(weights, kv_per_sequence);
  if (!(gain > 1.0) || !std::isfinite(gain)) {
    throw ArgumentError(fmt::format("batch_of_gain: gain {}; expected more than 1", gain));
  }
  return weights / ((gain - 1.0) * kv_per_sequence);
}

}  // namespace ohm
