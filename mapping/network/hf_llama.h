// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Keys of llama, which the newer decoders share.
HfKeyTable llama_keys();

/// What llama and its successors share.
TransformerSpec read_llama(const HfReader& r, const std::string& family);

/// Heads of keys and values, of which the file may say nothing where `may_miss`, and their width.
void read_grouped_heads(const HfReader& r, TransformerSpec& s, bool may_miss);

/// ConfigError unless heads divide the width, for families whose configuration asks for it even
/// where head_dim is given (llama, gemma2, gemma3_text; transformers 5.23).
void require_whole_heads(const HfReader& r, const TransformerSpec& s);

/// sliding_window; 0 where it is null or missing. ConfigError for a window of no position.
Index window_or_none(const HfReader& r);

}  // namespace ohm
