// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Keys that llama and the newer decoders share.
HfKeyTable llama_keys();

/// Those of families whose attention may have biases, too.
HfKeyTable biased_llama_keys();

/// What llama and its successors share.
TransformerSpec read_llama(const HfReader& r, const std::string& family);

/// Heads of keys and values, of which the file may say nothing where `may_miss`, and their width.
void read_grouped_heads(const HfReader& r, TransformerSpec& s, bool may_miss);

/// ConfigError unless heads divide the width, for families whose configuration asks for it even
/// where head_dim is given (llama, gemma2, gemma3_text; transformers 5.23).
void require_whole_heads(const HfReader& r, const TransformerSpec& s);

}  // namespace ohm
