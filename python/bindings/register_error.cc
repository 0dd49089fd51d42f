// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>

#include <exception>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

/// The Python class of a C++ error: below ohmformer.Error and below a built-in error.
template <class CppError>
void add(py::module_& module, const char* name, const char* doc, PyObject* builtin) {
  const py::tuple bases = py::make_tuple(module.attr("Error"), py::handle(builtin));
  py::register_exception<CppError>(module, name, bases).attr("__doc__") = doc;
}

/// What the file system refuses (a name too long, a loop of links) is the user's file, too.
void translate_file_errors(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::filesystem::filesystem_error& failure) {
    const py::object type = py::module_::import("ohmformer._core").attr("ConfigError");
    const std::string text = failure.path1().string().substr(0, 200) + ": " +
                             failure.code().message() + "; expected a path that can be read";
    PyErr_SetString(type.ptr(), text.c_str());
  }
}

}  // namespace

void register_error(py::module_& module) {
  py::register_exception<Error>(module, "Error").attr("__doc__") =
      "Base of everything that Ohmformer raises on purpose: one sentence with what was found, what "
      "was expected and how to mend it.";
  add<ConfigError>(module, "ConfigError",
                   "The user's file is wrong: a configuration, a checkpoint, an experiment.",
                   PyExc_ValueError);
  add<ArgumentError>(module, "ArgumentError", "The call is wrong: a shape, a range, an order.",
                     PyExc_ValueError);
  add<SolveError>(module, "SolveError",
                  "The numerics failed: the text gives residual and tolerance.",
                  PyExc_RuntimeError);
  py::register_exception_translator(&translate_file_errors);
}

}  // namespace ohm::python
