// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mapping/network/json_keys.h"

namespace ohm {

/// Spellings in a config.json of each field of TransformerSpec.
using HfKeyTable = std::map<std::string, std::vector<std::string>>;

/// One config.json by the fields of TransformerSpec: sizes are never guessed.
class HfReader {
 public:
  /// Both outlive the reader.
  HfReader(const JsonKeys& file, const HfKeyTable& keys) : file_(file), keys_(keys) {}

  const JsonKeys& file() const { return file_; }
  const std::vector<std::string>& keys(const std::string& field) const { return keys_.at(field); }
  const std::string& key(const std::string& field) const { return keys(field).front(); }

  /// A size that must be there, and is no 0; the message names the key that may be its misspelling.
  Index size(const std::string& field) const;

  /// The same of a number that may be 0.
  Index count(const std::string& field) const;

  /// null means `otherwise`, but the key must be there.
  Index stated_size(const std::string& field, Index otherwise) const;

  /// A size that may be missing, or null.
  Index size_or(const std::string& field, Index otherwise) const;

  /// A flag that may be missing but not null, as the library has it; `otherwise` where the family
  /// does not read it: its table lacks the field.
  bool flag(const std::string& field, bool otherwise) const;

  /// ConfigError unless a spelling of the field is there.
  void require(const std::string& field) const;

  /// Our name of the activation that the file asks for; ConfigError unless `words` has it.
  std::string activation(const std::string& otherwise,
                         const std::map<std::string, std::string>& words) const;

  /// ConfigError for a key that is one or two letters away from one that is read and missing.
  void refuse_misspellings() const;

 private:
  /// ConfigError for a size below 1, which some libraries take for a missing one.
  Index at_least_one(const std::string& field, Index otherwise, const char* also) const;
  bool is_read(const std::string& name) const;

  const JsonKeys& file_;
  const HfKeyTable& keys_;
};

}  // namespace ohm
