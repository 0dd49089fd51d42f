// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// The shape of a network from a Hugging Face config.json, or from the folder that holds it.
///
/// Reads every model_type of network_families(): with the key spellings of the transformers
/// library (version 5) and its defaults where those are no sizes: a missing size is refused (but
/// for n_inner, whose default is 4 n_embd, and t5's n_positions: without it sequences are as long
/// as any may be), and so is a key that looks like a misspelt one.
/// `architectures` decides what follows the layers: GPT2LMHeadModel; BertModel and ViTModel (hidden
/// states, and a pooler that is counted but not run), BertForMaskedLM and BertForPreTraining (a
/// head over the vocabulary; pooler and classifier of the latter are counted but not run),
/// BertForSequenceClassification, ViTForImageClassification; the same of RoBERTa and DeiT. Biases
/// are those that the library's model of the family has, whatever the file says beside them.
/// Keys about training and generation are ignored. Throws ConfigError, naming file and key, on bad
/// JSON (with line and column), a missing model_type, wrong types, sizes out of range or that do
/// not fit together (what the library itself cannot run: an odd number of rotated dimensions, a
/// window of no position, …), and on every key that asks for a computation that is not in this
/// version.
TransformerSpec read_hf_config(const std::filesystem::path& folder_or_config_json);

/// The same from text; `shown` names it in messages. The name of the network is its family.
TransformerSpec parse_hf_config(const std::string& text, const std::string& shown);

}  // namespace ohm
