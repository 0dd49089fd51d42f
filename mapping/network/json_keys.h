// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/index.h"

namespace ohm {

/// Typed access to the keys of a Hugging Face config.json, each of which may have several
/// spellings.
///
/// null counts as missing. Throws ConfigError "file: key: found; expected" on a wrong type and on
/// two spellings that disagree.
class JsonKeys {
 public:
  /// Parses `text`, an object; ConfigError with line and column where it is not JSON.
  JsonKeys(const std::string& text, std::string shown);

  const std::string& shown() const { return shown_; }
  const nlohmann::json& root() const { return root_; }

  bool contains(const std::string& key) const;
  Index whole(const std::vector<std::string>& spellings, Index otherwise) const;
  double real(const std::string& key, double otherwise) const;
  bool flag(const std::string& key, bool otherwise) const;
  std::string word(const std::vector<std::string>& spellings, const std::string& otherwise) const;

  /// The spelling that was found; the first where there was none.
  std::string spelling(const std::vector<std::string>& spellings) const;
  [[noreturn]] void refuse(const std::string& key, const std::string& message) const;

 private:
  const nlohmann::json* find(const std::vector<std::string>& spellings) const;

  std::string shown_;
  nlohmann::json root_;
};

}  // namespace ohm
