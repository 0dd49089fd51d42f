// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Whether attention and feed-forward part of the family may stand beside each other: falcon,
/// gpt_neox, gptj, phi.
bool is_parallel_family(const std::string& family);

/// The keys of such a family.
const HfKeyTable& parallel_family_keys(const std::string& family);

/// The shape of such a family from its config.json; the rules are those of read_shape_family().
TransformerSpec read_parallel_family(const JsonKeys& file, const std::string& family);

}  // namespace ohm
