const os = require("node:os");

exports.describe = () => `on ${os.hostname()}`;
