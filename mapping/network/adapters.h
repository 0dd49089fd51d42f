// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/index.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// What gets a low-rank adapter of its own: a matrix as Hugging Face's model of the family stores
/// it, of which a part of ours is several (q, k and v of qkv) or a piece (ffn_up of gate_up).
struct AdapterModule {
  std::string part;   ///< of B: the part's, or q, k, v
  std::string input;  ///< of A: the same, or that of all pieces
  Index columns = 0;  ///< outputs of B
};

/// The modules whose adapters change what `part` makes, in the order of its outputs.
///
/// As PEFT counts them (Mangrulkar et al., version 0.21, on transformers 5.23): bloom, falcon,
/// gpt2, gpt_neox, mpt and phi3 store q, k and v as one matrix, which has one A; the others as
/// three. Gate and up are one matrix of phi3.
std::vector<AdapterModule> adapter_modules(const TransformerSpec& spec, const std::string& part);

/// Whether gate and up have one A, so that neither is adapted alone.
bool adapts_gate_with_up(const TransformerSpec& spec);

}  // namespace ohm
