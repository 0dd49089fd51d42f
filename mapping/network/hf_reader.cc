// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/spelling.h"

namespace ohm {

Index HfReader::size(const std::string& field) const {
  require(field);
  return at_least_one(field, 1, "");
}

Index HfReader::count(const std::string& field) const {
  require(field);
  return file_.whole(keys(field), 0);
}

Index HfReader::stated_size(const std::string& field, Index otherwise) const {
  if (!file_.root().contains(key(field))) require(field);
  return size_or(field, otherwise);
}

Index HfReader::size_or(const std::string& field, Index otherwise) const {
  return at_least_one(field, otherwise, ", or null");
}

Index HfReader::at_least_one(const std::string& field, Index otherwise, const char* also) const {
  const Index size = file_.whole(keys(field), otherwise);
  const std::string spelling = file_.spelling(keys(field));
  if (size > 0 || !file_.contains(spelling)) return size;
  file_.refuse(spelling, fmt::format("{} found; expected at least 1{}", size, also));
}

bool HfReader::flag(const std::string& field, bool otherwise) const {
  if (!keys_.contains(field)) return otherwise;
  const auto found = file_.root().find(key(field));
  if (found != file_.root().end() && found->is_null()) {
    file_.refuse(key(field), "null found; expected true or false");
  }
  return file_.flag(key(field), otherwise);
}

void HfReader::require(const std::string& field) const {
  for (const std::string& spelling : keys(field)) {
    if (file_.contains(spelling)) return;
  }
  std::vector<std::string> present;
  for (const auto& [name, value] : file_.root().items()) {
    if (!value.is_null()) present.push_back(name);
  }
  const std::string near = did_you_mean(key(field), present);
  file_.refuse(key(field), near.empty()
                               ? "missing; expected it, as no size is guessed"
                               : "missing; expected it, as no size is guessed" +
                                     near.substr(0, near.size() - 1) + ", which the file has?");
}

std::string HfReader::activation(const std::string& otherwise,
                                 const std::map<std::string, std::string>& words) const {
  const std::string word = file_.word(keys("activation"), otherwise);
  const auto found = words.find(word);
  if (found != words.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, ours] : words) known.push_back(name);
  file_.refuse(key("activation"),
               fmt::format("{} is not in this version; expected one of: {}{}", in_quotes(word),
                           fmt::join(known, ", "), did_you_mean(word, known)));
}

void HfReader::refuse_misspellings() const {
  for (const auto& [name, value] : file_.root().items()) {
    if (is_read(name)) continue;
    for (const auto& [field, spellings] : keys_) {
      for (const std::string& spelling : spellings) {
        const size_t letters = spelling.size() >= 8 ? 2 : spelling.size() >= 6 ? 1 : 0;
        if (static_cast<size_t>(edit_distance(name, spelling)) > letters) continue;
        if (file_.root().contains(spelling)) continue;
        file_.refuse(name, fmt::format("unknown key; did you mean '{}'?", spelling));
      }
    }
  }
}

bool HfReader::is_read(const std::string& name) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const auto& entry) {
    return std::find(entry.second.begin(), entry.second.end(), name) != entry.second.end();
  });
}

}  // namespace ohm
