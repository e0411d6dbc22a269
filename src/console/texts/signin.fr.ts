/** Les pages de connexion. */
import type { TextsLike } from './languages.ts';
import type { signinEn } from './signin.en.ts';

export const signinFr: TextsLike<typeof signinEn> = {
  title: 'Se connecter',
  email: 'Adresse e-mail',
  password: 'Mot de passe',
  submit: 'Se connecter',
  through: (host) => `Se connecter avec ${host}`,
  or: 'Ou avec un mot de passe de cette console :',
  left: 'Vous êtes déconnecté.',
  wrong: "L'adresse e-mail ou le mot de passe est faux.",
  wait: (seconds) =>
    seconds < 120
      ? `Trop d'essais erronés. Réessayez dans ${seconds} secondes.`
      : `Trop d'essais erronés. Réessayez dans ${Math.ceil(seconds / 60)} minutes.`,
  again: 'Se connecter de nouveau',
  code: {
    title: 'Encore une étape',
    label: 'Code',
    hint: "Les six chiffres que votre application affiche maintenant, ou l'un de vos codes de secours.",
    submit: 'Vérifier le code et se connecter',
    wrong: 'Le code est faux, ou il a déjà servi. Attendez le suivant.',
    over: 'Cela a pris trop de temps, ou le mot de passe a changé. Recommencez.',
    left: (count) =>
      `Vous avez utilisé un code de secours. Il en reste ${count} : créez-en de nouveaux dans vos réglages.`,
  },
  enrol: {
    title: 'Configurer votre second facteur',
    why: 'Un mot de passe seul ne suffit pas ici. Une application de votre téléphone affiche un nouveau code toutes les 30 secondes.',
    scan: "Scannez ceci avec une application d'authentification :",
    type: 'Ou saisissez-y ce secret :',
    secret: 'Secret',
    label: "Code affiché par l'application",
    submit: 'Activer le second facteur',
    wrong:
      "Ce n'est pas le code de ce secret. Vérifiez l'heure de votre téléphone et saisissez le code suivant.",
    over: 'Cela a pris trop de temps. Voici un nouveau secret : scannez-le.',
    image: 'Code QR contenant le secret ci-dessous',
  },
  codes: {
    title: 'Vos codes de secours',
    text: 'Chacun ouvre la console une fois si vous perdez votre téléphone. Ils ne sont affichés que maintenant : imprimez-les ou notez-les.',
    done: 'Je les ai conservés : continuer',
  },
  invitation: {
    title: 'Choisir votre mot de passe',
    text: (email) => `Pour ${email}. Une phrase de quatre ou cinq mots est un bon mot de passe.`,
    password: 'Nouveau mot de passe',
    hint: (shortest) => `Au moins ${shortest} caractères.`,
    repeat: 'Le même encore une fois',
    submit: 'Enregistrer le mot de passe',
    over: "Ce lien n'est plus valable",
    overText:
      'Il a été utilisé, un mot de passe plus récent existe, ou trois jours ont passé. Demandez-en un nouveau à un propriétaire.',
    done: 'Votre mot de passe est enregistré. Connectez-vous avec lui.',
  },
  fault: {
    too_short: 'Le mot de passe est trop court.',
    too_long: 'Le mot de passe est trop long.',
    too_plain: 'Le mot de passe a trop peu de caractères différents.',
    is_address: 'Le mot de passe ne peut pas être votre adresse e-mail.',
    differs: 'Les deux mots de passe ne sont pas identiques.',
  },
  issuer: {
    title: "La connexion n'a pas abouti",
    unreachable: 'Le service de connexion ne répond pas comme il faut. Réessayez dans une minute.',
    declined: 'Le service de connexion ne vous a pas connecté.',
    stale:
      'Cette connexion a été commencée dans un autre navigateur, a déjà servi, ou a pris trop de temps. Recommencez.',
    not_believed:
      'La réponse du service de connexion ne convient pas à cette console. Prévenez la personne qui l’exploite.',
    no_email: "Le service de connexion n'indique pas votre adresse e-mail.",
    unverified_email: "Le service de connexion n'a pas vérifié votre adresse e-mail.",
    nobody: (email) =>
      `Personne ici n'a l'adresse ${email}, ou cet utilisateur est désactivé. Demandez à un propriétaire de cette console.`,
  },
  access: {
    title: 'Pas par Cloudflare Access',
    missing: "Cette adresse ne s'ouvre que par Cloudflare Access, et cette demande n'en vient pas.",
    not_believed:
      "Le jeton de Cloudflare Access n'est pas valable pour cette console, ou il est expiré. Rouvrez la page.",
    no_email: 'Le jeton de Cloudflare Access ne désigne aucune personne.',
    keys_unreachable:
      'Les clés de Cloudflare Access sont illisibles pour le moment. Réessayez dans une minute.',
  },
};
