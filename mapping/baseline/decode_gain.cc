// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/decode_gain.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

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

}  // namespace

double decode_gain(Bytes weights, Bytes kv_per_sequence, double batch) {
  check(weights, kv_per_sequence);
  if (!(batch >= 1.0) || !std::isfinite(batch)) {
    throw ArgumentError(fmt::format("decode_gain: batch {}; expected at least 1 sequence", batch));
  }
  return 1.0 + weights / (batch * kv_per_sequence);
}

double batch_of_gain(Bytes weights, Bytes kv_per_sequence, double gain) {
  check(weights, kv_per_sequence);
  if (!(gain > 1.0) || !std::isfinite(gain)) {
    throw ArgumentError(fmt::format("batch_of_gain: gain {}; expected more than 1", gain));
  }
  return weights / ((gain - 1.0) * kv_per_sequence);
}

}  // namespace ohm
