let reads = 0;

Object.defineProperty(exports, "__esModule", { value: true });
Object.defineProperty(exports, "lazy", { enumerable: true, get: () => ++reads });
exports.default = {
  get lazy() {
    return ++reads;
  },
};
