// SPDX-License-Identifier: Apache-2.0
#include "core/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

using nlohmann::json;

/// Of byte number `byte`, all counted from 1; of what is missing, the place behind the end.
std::string place_of(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  return fmt::format("line {}, column {}", line, before.size() - (before.rfind('\n') + 1) + 1);
}

/// Watches the parser's events and throws at the first one that breaks a rule.
class Watcher {
 public:
  Watcher(const std::string& where, const std::string& mend, const JsonLimits& limits)
      : where_(where), mend_(mend), limits_(limits) {}

  void observe(json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
      case json::parse_event_t::array_start:
        count_element();
        open_.emplace_back(event == json::parse_event_t::array_start);
        if (std::ssize(open_) > limits_.depth)
          refuse(fmt::format("JSON nested deeper than {} levels", limits_.depth));
        break;
      case json::parse_event_t::object_end:
      case json::parse_event_t::array_end:
        open_.pop_back();
        break;
      case json::parse_event_t::key:
        add_key(parsed.get_ref<const std::string&>());
        break;
      case json::parse_event_t::value:
        count_element();
        break;
    }
  }

  [[noreturn]] void refuse(const std::string& found) const {
    throw ConfigError(fmt::format("{}: {}; {}", where_, found, mend_));
  }

 private:
  struct Container {
    explicit Container(bool array) : is_array(array) {}
    bool is_array;
    Index n_elements = 0;
    std::unordered_set<std::string> keys;
  };

  void count_element() {
    if (open_.empty() || !open_.back().is_array) return;
    if (++open_.back().n_elements > limits_.array_length)
      refuse(fmt::format("JSON array of more than {} elements", limits_.array_length));
  }

  void add_key(const std::string& key) {
    if (!open_.back().keys.insert(key).second)
      refuse(fmt::format("{} appears twice in one JSON object; expected every name once",
                         in_quotes(key)));
  }

  const std::string& where_;
  const std::string& mend_;
  const JsonLimits& limits_;
  std::vector<Container> open_;
};

}  // namespace

json parse_strict_json(std::string_view text, const std::string& where, const std::string& mend,
                       const JsonLimits& limits) {
  Watcher watcher(where, mend, limits);
  // nlohmann/json takes a NUL byte for the end of the text.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    watcher.refuse(fmt::format("not valid JSON: NUL byte at {}", place_of(text, nul + 1)));
  const auto observe = [&](int, json::parse_event_t event, json& parsed) {
    watcher.observe(event, parsed);
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), observe);
  } catch (const json::parse_error& error) {
    watcher.refuse(fmt::format("not valid JSON: wrong at {}", place_of(text, error.byte)));
  } catch (const json::out_of_range&) {  // e.g. the number 1e999
    watcher.refuse("not valid JSON: a number beyond the range of a double");
  }
}

}  // namespace ohm
