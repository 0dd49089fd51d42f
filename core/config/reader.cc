// SPDX-License-Identifier: Apache-2.0
#include "core/config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

constexpr int kDeepestComposition = 16;

std::string bounds_text(const Field& field) {
  const bool low = std::isfinite(field.minimum), high = std::isfinite(field.maximum);
  if (low && high) return fmt::format(" from {} to {}", field.minimum, field.maximum);
  if (low) return fmt::format("{} {}", field.open ? " above" : " of at least", field.minimum);
  if (high) return fmt::format(" of at most {}", field.maximum);
  return "";
}

std::string words_text(const Field& field) {
  std::string text;
  for (const auto& [word, number] : field.words) text += fmt::format(" or '{}'", word);
  return text;
}

template <class T>
bool parse_whole(const std::string& text, T& number) {
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc() && stop == end;
}

std::string shown(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (!node.IsScalar()) return "nothing";
  return in_quotes(node.Scalar());
}

/// A parsed scalar, or the sentence that says what was expected instead.
struct Wanted {
  bool ok;
  std::string expected;
};

Wanted parse_index(const Field& field, const YAML::Node& node, Index& value) {
  const Wanted wanted{false,
                      fmt::format("a whole number{}{}", bounds_text(field), words_text(field))};
  if (!node.IsScalar()) return wanted;
  for (const auto& [word, number] : field.words) {
    if (node.Scalar() == word) return value = number, Wanted{true, ""};
  }
  Index number = 0;
  if (!parse_whole(node.Scalar(), number) || !field.allows(static_cast<double>(number))) {
    return wanted;
  }
  return value = number, Wanted{true, ""};
}

Wanted parse_real(const Field& field, const YAML::Node& node, double& value) {
  double number = 0.0;
  if (!node.IsScalar() || !parse_whole(node.Scalar(), number) || !std::isfinite(number) ||
      !field.allows(number)) {
    return {false, fmt::format("a number{}", bounds_text(field))};
  }
  return value = number, Wanted{true, ""};
}

Wanted parse_word(const Field& field, const YAML::Node& node, std::string& value) {
  if (!node.IsScalar()) return {false, "a word"};
  const auto& choices = field.choices;
  const std::string& word = node.Scalar();
  if (std::find(field.planned.begin(), field.planned.end(), word) != field.planned.end()) {
    return {false,
            fmt::format("one of: {}; this one is not in this version", fmt::join(choices, ", "))};
  }
  if (!choices.empty() && std::find(choices.begin(), choices.end(), word) == choices.end()) {
    return {false,
            fmt::format("one of: {}{}", fmt::join(choices, ", "), did_you_mean(word, choices))};
  }
  return value = word, Wanted{true, ""};
}

/// A group with choices may be given by one of them alone: its kind.
Place spelt_out(const Field& field, const Place& place) {
  if (!place.node.IsScalar() || field.choices.empty()) return place;
  YAML::Node map;
  map["kind"] = place.node;
  return {map, place.document, place.origin};
}

}  // namespace

ConfigReader::ConfigReader(const ConfigOptions& options) : options_(options) {
  for (const Override& entry : options.overrides) overrides_.push_back({entry});
}

void ConfigReader::read(const std::string& folder, const std::string& name, const Walk& walk) {
  read(load_document(find_component(folder, name, options_.roots, {}, "--" + folder)), walk);
}

void ConfigReader::read(std::shared_ptr<const Document> document, const Walk& walk) {
  enter({document->root, document, ""}, "", walk);
  refuse_unused_overrides();
}

std::string ConfigReader::path_of(const std::string& key) const {
  return level_->path.empty() ? key : level_->path + "." + key;
}

void ConfigReader::fail(const Place& place, const std::string& path,
                        const std::string& text) const {
  throw ConfigError(path.empty() ? fmt::format("{}: {}", place.where(), text)
                                 : fmt::format("{}: {}: {}", place.where(), path, text));
}

/// The value of a field: the strongest override, else the file's; nothing where neither gives one.
std::optional<Place> ConfigReader::find(const Field& field) {
  level_->known.insert(field.name);
  const std::string path = path_of(field.name);
  paths_.push_back(path);
  std::optional<Place> found;
  for (Pending& entry : overrides_) {
    if (entry.key != path) continue;
    entry.used = true;
    if (!found)
      found.emplace(Place{parse_document(entry.value, entry.origin)->root, nullptr, entry.origin});
  }
  if (found) return found;
  if (level_->place->node.IsMap() && level_->place->node[field.name]) {
    return Place{level_->place->node[field.name], level_->place->document, level_->place->origin};
  }
  if (field.required && !overridden_below(path)) {
    level_->missing.emplace_back(path, fmt::format("missing; expected {}", field.doc));
  }
  return std::nullopt;
}

bool ConfigReader::overridden_below(const std::string& path) const {
  return std::any_of(overrides_.begin(), overrides_.end(),
                     [&](const Pending& entry) { return entry.key.starts_with(path + "."); });
}

void ConfigReader::value(const Field& field, bool& value) {
  const auto place = find(field);
  if (!place) return;
  const std::string text = place->node.IsScalar() ? place->node.Scalar() : "";
  if (text != "true" && text != "false") {
    fail(*place, path_of(field.name),
         fmt::format("{} is not a yes or no; expected true or false", shown(place->node)));
  }
  value = text == "true";
}

void ConfigReader::value(const Field& field, Index& value) {
  const auto place = find(field);
  if (!place) return;
  const Wanted wanted = parse_index(field, place->node, value);
  if (!wanted.ok) {
    fail(*place, path_of(field.name),
         fmt::format("{} found; expected {}", shown(place->node), wanted.expected));
  }
}

void ConfigReader::value(const Field& field, double& value) {
  const auto place = find(field);
  if (!place) return;
  const Wanted wanted = parse_real(field, place->node, value);
  if (!wanted.ok) {
    fail(*place, path_of(field.name),
         fmt::format("{} found; expected {}", shown(place->node), wanted.expected));
  }
}

void ConfigReader::value(const Field& field, std::string& value) {
  const auto place = find(field);
  if (!place) return;
  const Wanted wanted = parse_word(field, place->node, value);
  if (!wanted.ok) {
    fail(*place, path_of(field.name),
         fmt::format("{} found; expected {}", shown(place->node), wanted.expected));
  }
}

template <class T, class Parse>
void ConfigReader::read_items(const Field& field, std::vector<T>& value, const Parse& parse) {
  const auto place = find(field);
  if (!place) return;
  std::vector<T> items;
  // a single item may stand without brackets
  const YAML::Node& node = place->node;
  for (size_t i = 0; i < (node.IsSequence() ? node.size() : 1); ++i) {
    const Place item{node.IsSequence() ? node[i] : node, place->document, place->origin};
    const Wanted wanted = parse(field, item.node, items.emplace_back());
    if (!wanted.ok) {
      fail(item, path_of(field.name),
           fmt::format("{} found; expected {} in a list", shown(item.node), wanted.expected));
    }
  }
  value = std::move(items);
}

void ConfigReader::value(const Field& field, std::vector<Index>& value) {
  read_items(field, value, parse_index);
}
void ConfigReader::value(const Field& field, std::vector<double>& value) {
  read_items(field, value, parse_real);
}
void ConfigReader::value(const Field& field, std::vector<std::string>& value) {
  read_items(field, value, parse_word);
}

void ConfigReader::quantity(const Field& field, double& si, Dimension dimension) {
  const auto place = find(field);
  if (!place) return;
  const std::string path = path_of(field.name);
  if (!place->node.IsScalar()) {
    fail(*place, path,
         fmt::format("{} found; expected a value such as '1 {}'", shown(place->node),
                     unit_symbol(dimension)));
  }
  double parsed = 0.0;
  try {
    parsed = parse_quantity(place->node.Scalar(), dimension);
  } catch (const ArgumentError& failure) {
    fail(*place, path, failure.what());
  }
  if (!field.allows(parsed)) {
    fail(*place, path,
         fmt::format("{} is out of range; expected a value{} {}", shown(place->node),
                     bounds_text(field), unit_symbol(dimension)));
  }
  si = parsed;
}

/// Overrides that a file states under its own `override:` key; they yield to those from outside.
void ConfigReader::adopt_overrides(const Place& place, const std::string& path) {
  if (!options_.file_overrides || !place.node.IsMap() || !place.node["override"]) return;
  const YAML::Node list = place.node["override"];
  if (!list.IsMap()) {
    fail({list, place.document, place.origin}, "override",
         "expected a map of dotted keys, such as {macro.adc.bits: 6}");
  }
  for (const auto& entry : list) {
    const Place key{entry.first, place.document, place.origin};
    const std::string full = (path.empty() ? "" : path + ".") + entry.first.Scalar();
    YAML::Emitter text;
    text << YAML::Flow << entry.second;
    overrides_.push_back({{full, text.c_str(), key.where()}});
  }
}

void ConfigReader::enter(const Place& place, const std::string& path, const Walk& walk) {
  const bool given = place.document != nullptr || !place.origin.empty();
  if (place.node.IsNull() && given && !place.is_absent) {
    fail(place, path, "empty; expected a map of `key: value`");
  }
  if (place.node.IsDefined() && !place.node.IsNull() && !place.node.IsMap()) {
    fail(place, path, fmt::format("{} found; expected a map of `key: value`", shown(place.node)));
  }
  if (depth_ >= kDeepestComposition) {
    fail(place, path, "composed too deeply; look for a file that includes itself");
  }
  adopt_overrides(place, path);
  Level level{&place, path, {}, {}, nullptr};
  if (options_.file_overrides) level.known.insert("override");
  Level* outer = std::exchange(level_, &level);
  ++depth_;
  walk(*this);
  report(level, outer);
  level_ = outer;
  --depth_;
}

/// A misspelt key explains a missing one, and both explain a broken rule, so they come first. What
/// is missing from a map that is itself missing is left to the map around it.
void ConfigReader::report(Level& level, Level* outer) const {
  if (level.place->node.IsMap()) refuse_unknown_keys(level);
  if (level.place->is_absent && outer != nullptr) {
    outer->missing.insert(outer->missing.end(), level.missing.begin(), level.missing.end());
    if (level.broken_rule && !outer->broken_rule) outer->broken_rule = level.broken_rule;
    return;
  }
  for (const auto& [path, text] : level.missing) fail(*level.place, path, text);
  if (level.broken_rule) level.broken_rule();
}

void ConfigReader::group(const Field& field, const Walk& walk) {
  const auto place = find(field);
  enter(
      place ? spelt_out(field, *place) : Place{YAML::Node(), nullptr, level_->place->where(), true},
      path_of(field.name), walk);
}

void ConfigReader::component(const Field& field, const std::string& folder, std::string& name,
                             const Walk& walk) {
  const auto given = find(field);
  const std::string path = path_of(field.name);
  if (!given && name.empty())
    return enter({YAML::Node(), nullptr, level_->place->where(), true}, path, walk);
  if (given && !given->node.IsScalar()) {
    name = "inline";
    return enter(*given, path, walk);
  }
  if (given) name = given->node.Scalar();
  const std::string where =
      fmt::format("{}: {}", given ? given->where() : level_->place->where(), path);
  const auto base = given && given->document ? given->document->directory : std::filesystem::path();
  const auto document = load_document(find_component(folder, name, options_.roots, base, where));
  enter({document->root, document, ""}, path, walk);
}

void ConfigReader::list(const Field& field, Index,
                        const std::function<void(Visitor&, Index)>& walk) {
  const auto place = find(field);
  if (!place) return;
  if (!place->node.IsSequence()) {
    fail(*place, path_of(field.name), fmt::format("{} found; expected a list", shown(place->node)));
  }
  for (size_t i = 0; i < place->node.size(); ++i) {
    enter({place->node[i], place->document, place->origin},
          fmt::format("{}[{}]", path_of(field.name), i),
          [&](Visitor& v) { walk(v, static_cast<Index>(i)); });
  }
}

void ConfigReader::entries(const Field& field, std::vector<Override>& entries) {
  const auto place = find(field);
  if (!place) return;
  if (!place->node.IsMap()) {
    fail(*place, path_of(field.name),
         fmt::format("{} found; expected a map of dotted keys, such as {{macro.adc.bits: 6}}",
                     shown(place->node)));
  }
  entries.clear();
  for (const auto& entry : place->node) {
    const Place key{entry.first, place->document, place->origin};
    YAML::Emitter text;
    text << YAML::Flow << entry.second;
    entries.push_back({entry.first.Scalar(), text.c_str(), key.where()});
  }
}

void ConfigReader::rule(bool holds, const std::string& key, const std::string& message) {
  if (holds || level_->broken_rule) return;
  const std::string path = path_of(key);
  std::optional<Place> at;
  for (const Pending& entry : overrides_) {
    if (entry.key == path && !at) at.emplace(Place{YAML::Node(), nullptr, entry.origin});
  }
  const YAML::Node& map = level_->place->node;
  if (!at && map.IsMap() && map[key]) {
    at.emplace(Place{map[key], level_->place->document, level_->place->origin});
  }
  const Place place = at ? *at : *level_->place;
  level_->broken_rule = [this, place, path, message] { fail(place, path, message); };
}

void ConfigReader::refuse_unknown_keys(const Level& level) const {
  for (const auto& entry : level.place->node) {
    const std::string& key = entry.first.Scalar();
    if (level.known.contains(key)) continue;
    std::vector<std::string> names(level.known.begin(), level.known.end());
    const std::string guess = did_you_mean(key, names);
    std::erase(names, "override");
    const std::string shown_key = in_quotes(key);
    const std::string plain = shown_key.substr(1, shown_key.size() - 2);
    const std::string path = level.path.empty() ? plain : level.path + "." + plain;
    fail({entry.first, level.place->document, level.place->origin}, path,
         fmt::format(
             "unknown key{}",
             guess.empty() ? fmt::format("; expected one of: {}", fmt::join(names, ", ")) : guess));
  }
}

void ConfigReader::refuse_unused_overrides() const {
  for (const Pending& entry : overrides_) {
    if (entry.used) continue;
    throw ConfigError(fmt::format("{}: {}: unknown key{}", entry.origin, entry.key,
                                  did_you_mean(entry.key, paths_)));
  }
}

}  // namespace ohm
