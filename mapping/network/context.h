// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/transformer_spec.h"

namespace ohm {

// Positions that a decoder's token attends to, itself included.

/// At most: the network's context; of two stacks that of the source, and that of the answer with
/// its start token.
Index most_positions(const TransformerSpec& network);

/// At least, where it follows on another: it and a prompt; of two stacks also a start token.
Index fewest_positions(const TransformerSpec& network);

/// "1024 tokens", or how many of what in two stacks.
std::string context_text(const TransformerSpec& network);

/// ArgumentError for more than most_positions(), or less than `fewest`.
void require_context(const TransformerSpec& network, Index context, Index fewest = 1);

}  // namespace ohm
