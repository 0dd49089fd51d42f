// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// layer_types of the file, one per layer; none where it has none. ConfigError for another length
/// and for types other than sliding_attention and full_attention.
std::vector<std::string> stated_layer_types(const JsonKeys& file, Index layers);

/// The first `full` layers see everything, all others slide (Qwen2's max_window_layers).
std::vector<std::string> sliding_behind(Index full, Index layers);

/// Every `pattern`-th layer sees everything, all others slide (Gemma's sliding_window_pattern).
std::vector<std::string> full_every(Index pattern, Index layers);

/// Gives a network layers that take turns: their window, where one slides, must be in the file.
/// Types are kept as their shortest pattern, and not at all where layers are alike.
void set_layer_types(const HfReader& r, std::vector<std::string> types, TransformerSpec& s);

/// ConfigError unless layer_types, where the file has it, is the same for all layers.
void refuse_mixed_layers(const JsonKeys& file, bool windowed);

}  // namespace ohm
