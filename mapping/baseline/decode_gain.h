// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/units.h"
#include "mapping/baseline/baseline_spec.h"
#include "mapping/network/network.h"

namespace ohm {

/// Most that decoding gains when weights stay in place, over a machine that streams them: both
/// bound by the same bandwidth of keys and values.
///
///   (W + B · KV) / (B · KV) = 1 + W / (B · KV)
///
/// The streaming machine reads all weights once per step and the keys and values of every
/// sequence; the other one only the latter. Args: weights that a step reads, bytes; keys and
/// values of one sequence, bytes; batch, sequences from 1 on. Throws ArgumentError for a batch
/// below 1, negative weights, or no keys and values.
double decode_gain(Bytes weights, Bytes kv_per_sequence, double batch);

/// The law of a network, with its bytes.
struct NetworkGain {
  Bytes weights;          ///< that a step of `batch` sequences reads
  Bytes kv_per_sequence;  ///< at `context` positions
  double gain = 0.0;
};

/// The gain of `network` for a batch, sequences from 1 on, at a context, tokens from 1 on; of two
/// stacks those of source and answer together.
///
/// Throws ArgumentError for a batch or context below 1, bits that are not 1 to 64, or an encoder.
NetworkGain decode_gain(const Network& network, const BaselineBitsSpec& bits, double batch,
                        double context);

/// The batch up to which the gain can reach `gain` (above 1): B = W / ((gain - 1) KV). Below 1 no
/// batch reaches it. Throws ArgumentError as decode_gain(), and for a gain of 1 or less.
double batch_of_gain(Bytes weights, Bytes kv_per_sequence, double gain);

}  // namespace ohm
