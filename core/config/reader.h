// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/config/source.h"
#include "core/config/visitor.h"

namespace ohm {

/// Fills a Spec from YAML, strictly: an unknown key, a missing key without a default, a wrong unit,
/// a value out of range or a broken rule is a ConfigError "file:line:col: path: found; expected".
class ConfigReader : public Visitor {
 public:
  explicit ConfigReader(const ConfigOptions& options);

  /// Reads the Spec that `walk` visits from the component `name` of `folder`, or from a document.
  void read(const std::string& folder, const std::string& name, const Walk& walk);
  void read(std::shared_ptr<const Document> document, const Walk& walk);

  using Visitor::value;
  void value(const Field& field, bool& value) override;
  void value(const Field& field, Index& value) override;
  void value(const Field& field, double& value) override;
  void value(const Field& field, std::string& value) override;
  void value(const Field& field, std::vector<Index>& value) override;
  void value(const Field& field, std::vector<double>& value) override;
  void value(const Field& field, std::vector<std::string>& value) override;
  void quantity(const Field& field, double& si, Dimension dimension) override;
  void group(const Field& field, const Walk& walk) override;
  void component(const Field& field, const std::string& folder, std::string& name,
                 const Walk& walk) override;
  void list(const Field& field, Index size,
            const std::function<void(Visitor&, Index)>& walk) override;
  void entries(const Field& field, std::vector<Override>& entries) override;
  void rule(bool holds, const std::string& key, const std::string& message) override;

 private:
  struct Pending : Override {
    bool used = false;
  };

  std::string path_of(const std::string& key) const;
  std::optional<Place> find(const Field& field);
  bool overridden_below(const std::string& path) const;
  /// What is wrong with one map, reported in this order once all of its fields are known.
  struct Level {
    const Place* place;
    std::string path;
    std::set<std::string> known;
    std::vector<std::pair<std::string, std::string>> missing;  // path, what was expected
    std::function<void()> broken_rule;
  };

  void enter(const Place& place, const std::string& path, const Walk& walk);
  void report(Level& level, Level* outer) const;
  void adopt_overrides(const Place& place, const std::string& path);
  void refuse_unknown_keys(const Level& level) const;
  void refuse_unused_overrides() const;
  template <class T, class Parse>
  void read_items(const Field& field, std::vector<T>& value, const Parse& parse);
  [[noreturn]] void fail(const Place& place, const std::string& path,
                         const std::string& text) const;

  ConfigOptions options_;
  std::deque<Pending> overrides_;
  std::vector<std::string> paths_;  // every key that was visited, for suggestions
  Level* level_ = nullptr;          // the map that is being read
  int depth_ = 0;
};

/// The Spec called `name` (in `configs/<folder>`, or a path), read, composed and checked.
template <class Spec>
Spec load_spec(const std::string& folder, const std::string& name, const ConfigOptions& options) {
  Spec spec;
  spec.name = name;
  ConfigReader(options).read(folder, name, [&spec](Visitor& v) { spec.visit(v); });
  return spec;
}

/// The same from YAML text, which messages call `shown`.
template <class Spec>
Spec parse_spec(const std::string& text, const std::string& shown, const ConfigOptions& options) {
  Spec spec;
  ConfigReader(options).read(parse_document(text, shown), [&spec](Visitor& v) { spec.visit(v); });
  return spec;
}

}  // namespace ohm
