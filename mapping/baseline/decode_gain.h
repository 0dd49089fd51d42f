// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/units.h"

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

/// The batch up to which the gain can reach `gain` (above 1): B = W / ((gain - 1) KV). Below 1 no
/// batch reaches it. Throws ArgumentError as decode_gain(), and for a gain of 1 or less.
double batch_of_gain(Bytes weights, Bytes kv_per_sequence, double gain);

}  // namespace ohm
